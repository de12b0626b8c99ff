package verdict

import (
	"math"
	"time"

	"edgeprobe.io/firmware"
)

// Streak is a series of like results without another kind between them.
type Streak struct {
	N     int            `json:"n,omitempty"`    // how many; saturates
	First firmware.Stamp `json:"first,omitzero"` // start of the first
	Last  firmware.Stamp `json:"last,omitzero"`  // start of the newest
	Seq   uint64         `json:"seq,omitempty"`  // sequence number of the first
}

const streakMax = 1 << 20

func (s Streak) grow(start firmware.Stamp, seq uint64) Streak {
	if s.N == 0 {
		s.First, s.Seq = start, seq
	}
	s.N, s.Last = min(s.N+1, streakMax), start
	return s
}

// hard reports whether the streak is long enough, in number and in time, to be a failure.
func (s Streak) hard(set Settings) bool {
	return s.N >= set.BadRuns && s.Last.Since(s.First) >= set.BadSpan
}

// Track is what is remembered of one check over one uplink.
type Track struct {
	Newest firmware.Result `json:"newest"`           // the newest run, void ones included
	Run    firmware.Stamp  `json:"run,omitzero"`     // start of the newest run that measured
	Good   Streak          `json:"good,omitzero"`    // answers as expected, those with a lesser fault included
	Bad    Streak          `json:"bad,omitzero"`     // runs against the target
	Slow   Streak          `json:"slow,omitzero"`    // over the latency bound, or another lesser fault
	Passed firmware.Stamp  `json:"passed,omitzero"`  // start of the newest good run
	Ever   bool            `json:"ever,omitempty"`   // it passed at least once in its life
	Hurt   bool            `json:"hurt,omitempty"`   // it failed or was slow at least once since the start
	Marker uint64          `json:"marker,omitempty"` // newest marker seen
	Kept   firmware.Stamp  `json:"kept,omitzero"`    // since when the marker has not changed
	Portal Met             `json:"portal,omitzero"`  // captive portal met after the newest run that was well; zero: none
	Past   Past            `json:"past,omitzero"`
}

// Met is what a run met on its uplink: a captive portal, dead resolvers.
type Met struct {
	What string         `json:"what"` // for people, like "captive portal at login.example.net"
	At   firmware.Stamp `json:"at"`   // start of the newest run that met it
}

// Observe returns the track after one more result. A void result, and one that started before the newest, say
// nothing of the target.
func (t Track) Observe(r firmware.Result, seq uint64) Track {
	t.Newest = r
	if r.Outcome == firmware.OutcomePortal {
		t.Portal = Met{r.Detail, r.Start}
	}
	if r.Outcome.Void() || !r.Start.After(t.Run) {
		return t
	}
	t.Run = r.Start
	t.Hurt = t.Hurt || r.Outcome != firmware.OutcomeOK
	t.Past = t.Past.add(r.Start, r.Outcome != firmware.OutcomeOK)
	if r.Outcome.Bad() {
		t.Bad, t.Good, t.Slow = t.Bad.grow(r.Start, seq), Streak{}, Streak{}
		return t
	}
	t.Bad, t.Good = Streak{}, t.Good.grow(r.Start, seq)
	t.Passed, t.Ever, t.Portal = r.Start, true, Met{}
	if r.Outcome.Lesser() {
		t.Slow = t.Slow.grow(r.Start, seq)
	} else {
		t.Slow = Streak{}
	}
	if r.Marker != t.Marker || t.Kept.Zero() {
		t.Marker, t.Kept = r.Marker, r.Start
	}
	return t
}

// Aside returns the track after a result that says nothing of its target because of the uplink it came over.
func (t Track) Aside(r firmware.Result) Track {
	t.Newest = r
	return t
}

// Doubt returns the track without what the target was said to be: it was not the target that answered.
func (t Track) Doubt() Track { return Track{Newest: t.Newest, Ever: t.Ever, Hurt: t.Hurt} }

// Against reports whether the newest runs speak against the target, for however short.
func (t Track) Against() bool { return t.Bad.N > 0 || t.Slow.N > 0 }

// Forget returns what outlives a restart: only that the check passed once.
func (t Track) Forget() Track { return Track{Ever: t.Ever} }

// recovered returns how many good runs a recovery can count on: a check that was never hurt has nothing to prove.
func (t Track) recovered() int {
	if !t.Hurt {
		return streakMax
	}
	return t.Good.N
}

// condition is what a track says of its check now.
type condition int

const (
	absent  condition = iota // no fresh evidence
	fine                     //
	doubted                  // bad or slow, not yet for long enough
	slow                     // slow for long enough
	bad                      // bad for long enough
)

func (t Track) condition(now firmware.Stamp, validFor time.Duration, set Settings) condition {
	switch {
	case t.Run.Zero() || now.Since(t.Run) > validFor:
		return absent
	case t.Bad.hard(set):
		return bad
	case t.Slow.hard(set):
		return slow
	case t.Bad.N > 0 || t.Slow.N > 0:
		return doubted
	}
	return fine
}

// Doubted reports whether the newest runs were bad or slow, but not yet for long enough to decide.
func (t Track) Doubted(set Settings) bool {
	return t.Bad.N > 0 && !t.Bad.hard(set) || t.Slow.N > 0 && !t.Slow.hard(set)
}

// ValidFor returns how long evidence of the rule's check over the uplink counts; 0 when it does not run there.
func (r Rule) ValidFor(uplink string, set Settings) time.Duration {
	return time.Duration(math.Round(set.ValidFactor * float64(r.Interval[uplink])))
}

// unseen says why there is no fresh evidence: a run that could not measure, or does not count, tells how it ended.
func (t Track) unseen() string {
	if !t.Newest.Outcome.OK() && t.Newest.Start.After(t.Run) {
		return "no fresh evidence, the newest run ended with " + t.Newest.Outcome.String()
	}
	return "no fresh evidence"
}
