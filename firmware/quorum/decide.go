package quorum

import (
	"fmt"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// Case is one service at one moment, to be decided.
type Case struct {
	Service  string
	Ballots  []Ballot       // every living vote, own and heard
	Regions  []string       // all regions of the fleet, sorted
	FullView bool           // every other device of the fleet is heard
	Now      firmware.Stamp //
	Patience time.Duration  // how long after suspicion opened old votes may still be renewed
}

// Decide returns the next state and the decision. It depends only on its arguments, and not on the order of the
// ballots.
func Decide(s State, c Case, set Settings) (State, firmware.Decision) {
	c.Ballots = order(filter(c.Ballots, Ballot.says)) // who says nothing counts nowhere below
	s = c.open(s)
	counted := c.counted(s)
	if !s.Latched() {
		s = c.latch(s, counted, set)
	} else {
		s = c.grow(s, counted, set)
	}
	d := firmware.Decision{
		Service: c.Service, Witnesses: c.witnesses(set), FullView: c.FullView, Digest: digest(c.Ballots),
		Voters: len(counted), Failing: len(filter(counted, Ballot.failing)),
	}
	if s.Latched() {
		return c.incident(s, d)
	}
	return s, c.calm(s, d, counted, set)
}

// open opens suspicion at the first bad run that any ballot knows of, and closes it when none is worried. When
// somebody new worries after the look at the old suspicion had its time, suspicion opens anew: otherwise one vantage
// that fails for ever would spare a real outage the look.
func (c Case) open(s State) State {
	worried := filter(c.Ballots, Ballot.worried)
	fresh := filter(worried, func(b Ballot) bool { return !slices.Contains(s.Worried, b.Vantage) })
	switch {
	case len(worried) == 0 && !s.Latched():
		s.Opened, s.Began = firmware.Stamp{}, firmware.Stamp{}
	case len(worried) > 0 && s.Opened.Zero():
		s.Opened = c.firstBad(worried)
	case len(fresh) > 0 && !s.Latched() && c.Now.Since(s.Opened) > c.Patience:
		s.Opened = c.firstBad(fresh)
	}
	if s.Began.Zero() {
		s.Began = s.Opened
	}
	s.Worried = nil
	for _, b := range worried {
		s.Worried = append(s.Worried, b.Vantage)
	}
	return s
}

// firstBad is just before the earliest evidence of the ballots, so that all of it counts.
func (c Case) firstBad(worried []Ballot) firmware.Stamp {
	first := c.Now
	for _, b := range worried {
		if e := b.Vote.Evidence; !e.Zero() && !e.After(first) {
			first = e.Add(-time.Microsecond)
		}
	}
	return first
}

// counted returns the ballots that count: once suspicion opened, only runs started after that do, for or against.
// Older votes are pending, and leave when patience ends.
func (c Case) counted(s State) []Ballot {
	if s.Opened.Zero() {
		return c.Ballots
	}
	var out []Ballot
	for _, b := range c.Ballots {
		if !b.since(s.Opened) {
			if c.Now.Since(s.Opened) > c.Patience {
				continue
			}
			b.Vote.State = firmware.VotePending
		}
		out = append(out, b)
	}
	return out
}

// latch confirms an outage when the failing ballots on one target suffice.
func (c Case) latch(s State, counted []Ballot, set Settings) State {
	failing := c.agree(counted, Ballot.failing, set)
	if len(failing) == 0 {
		return s
	}
	fresh := State{Opened: s.Opened, Began: s.Began, Worried: s.Worried, Confirmed: c.Now, Impact: firmware.ImpactDegraded}
	if slices.ContainsFunc(failing, s.continued) {
		fresh.Episodes = s.Ended // it is that incident again
	}
	return c.grow(fresh, counted, set)
}

// grow adds to an open incident whoever suffices to confirm, and whoever fails in a region that is in it already.
func (c Case) grow(s State, counted []Ballot, set Settings) State {
	scope := s.scope()
	joined := c.agree(counted, Ballot.failing, set)
	for _, b := range filter(counted, Ballot.failing) {
		if slices.Contains(scope.Targets, b.region()) {
			joined = append(joined, b)
		}
	}
	for _, b := range c.agree(counted, Ballot.hard, set) {
		s.Impact = max(s.Impact, b.Vote.Impact)
	}
	return s.witness(joined)
}

// agree returns the ballots that confirm, by the rule: enough devices, sites and networks on one target, and the
// share of the vantages that vote on it, among the observers of a region or among all.
func (c Case) agree(counted []Ballot, against func(Ballot) bool, set Settings) []Ballot {
	var out []Ballot
	for _, votes := range targets(counted) {
		for _, group := range append([]string{""}, names(votes, observer)...) {
			in := filter(votes, func(b Ballot) bool { return group == "" || b.Place.Region == group })
			bad := filter(in, against)
			if set.independent(bad) && float64(distinct(bad, vantage)) >= set.Share*float64(distinct(in, vantage)) {
				out = append(out, bad...)
			}
		}
	}
	return out
}

// targets groups ballots by what they look at: each region's edge, whichever way it is looked at, and the service as
// every site is given it, because what fails at two sites may be behind two edges.
func targets(bs []Ballot) [][]Ballot {
	out := [][]Ballot{filter(bs, func(b Ballot) bool { return b.Vote.Target.Region == "" })}
	for _, region := range names(bs, Ballot.region) {
		out = append(out, filter(bs, func(b Ballot) bool { return b.region() == region }))
	}
	return out
}

// witnesses says whether the voters at hand could ever confirm.
func (c Case) witnesses(set Settings) firmware.Witnesses {
	switch {
	case len(c.Ballots) == 0:
		return firmware.WitnessesNone
	case set.independent(c.Ballots):
		return firmware.WitnessesEnough
	}
	return firmware.WitnessesSingle
}

// calm decides while no incident is open.
func (c Case) calm(s State, d firmware.Decision, counted []Ballot, set Settings) firmware.Decision {
	failing := filter(counted, Ballot.failing)
	worried := filter(counted, Ballot.worried)
	d.Started = s.Began
	for _, b := range filter(c.Ballots, Ballot.worried) {
		d.Impact = max(d.Impact, b.Vote.Impact)
	}
	voters := c.Ballots
	switch {
	case len(voters) == 0:
		d.Status, d.Why = firmware.StatusUnknown, "no vantage has fresh evidence"
	case s.Opened.Zero():
		d.Status, d.Why = firmware.StatusUp, allPass(len(voters))
	case c.alone(failing, worried):
		d.Status = firmware.StatusSingleSite
		d.Why = "down as seen from " + failing[0].Place.Site + " alone; no other site can look there"
	case c.Now.Since(s.Began) > set.PartialAfter && len(failing) > 0 && len(failing) == len(worried):
		d.Status = firmware.StatusPartial
		d.Why = "fails only over " + vantages(failing)
	default:
		d.Status = firmware.StatusSuspected
		d.Why = fmt.Sprintf("%d of %d votes fail, %d undecided", len(failing), len(counted), len(worried)-len(failing))
		if slices.ContainsFunc(worried, s.continued) {
			d.Status, d.Relapsing, d.Incident, d.Why = firmware.StatusRecovering, true, s.Ended[0], "failing again: "+d.Why
			d.Aliases = slices.Clone(s.Ended[1:])
		}
	}
	d.Regions = c.calmRegions(d.Status)
	return d
}

// allPass says that every one of n votes passes: while nothing is open no other kind is cast.
func allPass(n int) string {
	if n == 1 {
		return "the only vote passes"
	}
	return fmt.Sprintf("all %d votes pass", n)
}

// alone reports whether one site alone worries, and fails over at least two networks on targets that no other site
// looks at.
func (c Case) alone(failing, worried []Ballot) bool {
	if len(failing) == 0 || distinct(worried, site) != 1 {
		return false
	}
	for _, region := range names(failing, Ballot.region) {
		there := func(b Ballot) bool { return b.region() == region }
		if distinct(filter(failing, there), network) < 2 || distinct(filter(c.Ballots, there), site) != 1 {
			return false
		}
	}
	return true
}

// calmRegions gives each region what its own ballots say; where they worry, that is the service's status.
func (c Case) calmRegions(overall firmware.Status) []firmware.RegionDecision {
	out := make([]firmware.RegionDecision, 0, len(c.Regions))
	for _, r := range c.Regions {
		rd := firmware.RegionDecision{Region: r}
		if rd.Status, rd.Impact = c.outside(r); rd.Status == firmware.StatusSuspected {
			rd.Status = overall
		}
		out = append(out, rd)
	}
	return out
}

func vantages(bs []Ballot) string {
	list := names(bs, func(b Ballot) string { return b.Vantage.String() })
	if len(list) > 3 {
		list = append(slices.Clone(list[:3]), "others")
	}
	return fmt.Sprint(list)
}
