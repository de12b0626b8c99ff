package quorum

import (
	"fmt"
	"slices"
	"strings"

	"edgeprobe.io/firmware"
)

// incident decides while an incident is open: it ends only when every witness still able to look saw each region
// good again.
func (c Case) incident(s State, d firmware.Decision) (State, firmware.Decision) {
	scope := s.scope()
	d.Impact, d.Scope, d.Started, d.Confirmed = s.Impact, scope, s.Began, s.Confirmed
	d.Incident, d.AckedBy, d.MaskedFor = s.Incident(), s.AckedBy, s.MaskedFor
	if len(s.Episodes) > 1 {
		d.Aliases = slices.Clone(s.Episodes[1:])
	}
	worst, unseen := firmware.StatusUp, []string(nil)
	for _, r := range c.spans(scope) {
		rd := firmware.RegionDecision{Region: r}
		rd.Status, _ = c.outside(r)
		if slices.Contains(scope.Targets, r) {
			seen := false
			rd.Status, seen = c.region(s, r)
			if !seen {
				unseen = append(unseen, r)
			}
			worst = worse(worst, rd.Status)
		}
		if rd.Status != firmware.StatusUp && rd.Status != firmware.StatusUnknown {
			rd.Impact = s.Impact
		}
		d.Regions = append(d.Regions, rd)
	}
	d.Status = worst
	return c.close(s, d, unseen)
}

// spans returns the regions to judge, sorted: those of the case, and those in scope that only others look at, because
// this device's own config doesn't know them.
func (c Case) spans(scope firmware.Scope) []string {
	all := slices.Concat(c.Regions, scope.Targets)
	slices.Sort(all)
	return slices.Compact(all)
}

// close ends the incident when every region is up, and says what is unobserved.
func (c Case) close(s State, d firmware.Decision, unseen []string) (State, firmware.Decision) {
	sees := "seen from " + strings.Join(d.Scope.Observers, "+")
	switch {
	case d.Status == firmware.StatusUp:
		d.Impact = firmware.ImpactNone
		d.Why = "good again, " + sees
		return State{Ended: s.Episodes}, d
	case len(unseen) > 0:
		if s.Unobserved.Zero() {
			s.Unobserved = c.Now
		}
		d.Unobserved = s.Unobserved
		d.Why = fmt.Sprintf("%s, and nobody who saw it can look at %s now", d.Impact, strings.Join(unseen, "+"))
	default:
		s.Unobserved = firmware.Stamp{}
		d.Why = fmt.Sprintf("%s in %s, %s", d.Impact, strings.Join(d.Scope.Targets, "+"), sees)
	}
	return s, d
}

// region judges one region of an open incident by the witnesses that saw it fail and can still look.
func (c Case) region(s State, region string) (status firmware.Status, seen bool) {
	able, good, better := 0, 0, 0
	for _, w := range s.Saw {
		looks := c.looks(w)
		if w.Region != region || len(looks) == 0 {
			continue
		}
		able++
		switch {
		case !slices.ContainsFunc(looks, func(b Ballot) bool { return !b.passing() || !b.since(s.Confirmed) }):
			good++
		case !slices.ContainsFunc(looks, func(b Ballot) bool { return !b.passing() && !b.Vote.Recovering }):
			better++
		}
	}
	switch {
	case able == 0:
		return firmware.StatusConfirmed, false
	case good == able:
		return firmware.StatusUp, true
	case good+better == able:
		return firmware.StatusRecovering, true
	}
	return firmware.StatusConfirmed, true
}

// outside is the status of a region that is not part of an incident, and the worst impact that its worried ballots
// name.
func (c Case) outside(region string) (status firmware.Status, impact firmware.Impact) {
	status = firmware.StatusUnknown
	for _, b := range c.Ballots {
		switch {
		case b.region() != region:
		case b.worried():
			status, impact = firmware.StatusSuspected, max(impact, b.Vote.Impact)
		case status == firmware.StatusUnknown:
			status = firmware.StatusUp
		}
	}
	return status, impact
}

// looks returns what a witness says of its region now: it may look both as a customer does and at the pinned edge.
func (c Case) looks(w Witness) []Ballot {
	return filter(c.Ballots, func(b Ballot) bool { return b.Vantage == w.Vantage && b.region() == w.Region })
}

// worse returns the worse of two statuses of an incident's regions.
func worse(a, b firmware.Status) firmware.Status {
	rank := []firmware.Status{firmware.StatusUp, firmware.StatusRecovering, firmware.StatusConfirmed}
	return rank[max(slices.Index(rank, a), slices.Index(rank, b))]
}
