package judge

import (
	"cmp"
	"slices"

	"edgeprobe.io/scripts/lab/scenario"
)

// Outcome is how a scenario ended.
type Outcome string

// The outcomes.
const (
	Pass   Outcome = "PASS"
	Fail   Outcome = "FAIL"
	NotYet Outcome = "NOT-YET" // it fails, as its file says that it would
	Mended Outcome = "MENDED"  // it passes, though its file says that it would not: not_yet should go
	Broken Outcome = "BROKEN"  // it could not be played: the lab's fault
)

// Bad reports whether somebody has to look.
func (o Outcome) Bad() bool { return o == Fail || o == Broken }

// Report is the judge's word on a run: all that the page shows of it.
type Report struct {
	File       string      `json:"file"`
	Name       string      `json:"name"`
	Title      string      `json:"title"`
	About      string      `json:"about"`
	Why        string      `json:"why"`
	NotYet     string      `json:"not_yet,omitempty"`
	Seed       int64       `json:"seed"`
	Lasts      Ms          `json:"lasts_ms"`
	Took       Ms          `json:"took_ms"` // of the whole run, the lab's start and end included
	Outcome    Outcome     `json:"outcome"`
	Trouble    string      `json:"trouble,omitempty"` // why it is broken
	Verdicts   []Verdict   `json:"verdicts"`
	Invariants []Invariant `json:"invariants"`
	Answers    []Answer    `json:"answers"`
	Measures   []Measure   `json:"measures"`
	Lanes      []Lane      `json:"lanes"`
}

// Judge rules on a run.
func Judge(c Case) Report {
	e := weigh(c)
	r := about(c.Scenario)
	for _, x := range c.Scenario.Expect {
		r.Verdicts = append(r.Verdicts, expected(e.tracks, x)...)
	}
	for _, x := range c.Scenario.Never {
		r.Verdicts = append(r.Verdicts, never(e.tracks, x))
	}
	r.Invariants = checkInvariants(e)
	r.Answers, r.Measures = answers(e), measures(e)
	r.Lanes = lanes(e)
	r.Outcome = outcome(r)
	return r
}

// Unplayed is the report on a scenario that could not be played.
func Unplayed(s *scenario.Scenario, why error) Report {
	r := about(s)
	r.Outcome, r.Trouble = Broken, why.Error()
	return r
}

func about(s *scenario.Scenario) Report {
	return Report{
		File: s.File, Name: s.Name, Title: s.Title, About: s.About, Why: s.Why, NotYet: s.NotYet, Seed: s.Seed, Lasts: InMs(s.Lasts),
	}
}

// weigh makes sightings and tracks of everything in a case.
func weigh(c Case) *evidence {
	var all []sighting
	for _, o := range c.Log {
		all = append(all, sightings(o)...)
	}
	all = append(all, measured(c.Stores)...)
	all = append(all, incidents(all)...)
	slices.SortStableFunc(all, func(a, b sighting) int { return cmp.Compare(a.at, b.at) })
	events := onceEach(all)
	rest := slices.DeleteFunc(all, func(s sighting) bool { return s.kind == scenario.SeeEvent })
	rest = append(rest, events...)
	slices.SortStableFunc(rest, func(a, b sighting) int { return cmp.Compare(a.at, b.at) })
	ends := c.Scenario.Lasts
	if n := len(c.Log); n > 0 {
		ends = max(ends, c.Log[n-1].At)
	}
	if c.Stopped > 0 {
		ends = min(ends, max(c.Stopped, c.Scenario.Lasts))
	}
	return &evidence{
		Case: c, tracks: tracks(rest, ends), events: events, claims: claims(c.Log), beats: beats(c.Log), valid: validity(c.Stores),
	}
}

func outcome(r Report) Outcome {
	good := !slices.ContainsFunc(r.Verdicts, func(v Verdict) bool { return !v.Pass }) &&
		!slices.ContainsFunc(r.Invariants, func(i Invariant) bool { return !i.Pass })
	switch {
	case good && r.NotYet == "":
		return Pass
	case good:
		return Mended
	case r.NotYet == "":
		return Fail
	}
	return NotYet
}
