package verdict

import (
	"math"

	"edgeprobe.io/firmware"
)

// Case is a check with what is remembered of it over one uplink. Both are set and never changed.
type Case struct {
	Rule  *Rule
	Track *Track
}

// Proof is what controls say of a failure.
type Proof int

// The proofs.
const (
	ProofOpen  Proof = iota // not enough controls have answered yet, or there are fewer than two
	ProofGood               // the uplink's eyes are good
	ProofBlind              // so many controls fail that the needed number cannot pass
)

// Needed returns how many of n positive controls must pass: the share, never fewer than 2.
func (s Settings) Needed(n int) int {
	return max(2, int(math.Ceil(s.ControlShare*float64(n)-0.01)))
}

// positive reports whether the case is a positive control.
func (c Case) positive() bool { return !c.Rule.Negative && c.Rule.Role != firmware.RolePortal }

// Prove judges a failure whose first bad run started at first, by the controls of the same uplink that started
// after it. What controls said before the failure proves nothing. Nor does what they say before the uplink's portal
// check was asked since: controls may pass where a portal does not let a service through.
func Prove(controls []Case, first firmware.Stamp, set Settings) Proof {
	var n, good, failed, unasked int
	for _, c := range controls {
		if c.Rule.Role == firmware.RolePortal && !c.Track.Newest.Start.After(first) {
			unasked++
		}
		if !c.positive() {
			continue
		}
		n++
		switch {
		case c.Track.Passed.After(first):
			good++
		case c.Track.Bad.Last.After(first):
			failed++
		}
	}
	need := set.Needed(n)
	switch {
	case n < 2:
		return ProofOpen
	case good >= need && unasked == 0:
		return ProofGood
	case n-failed < need:
		return ProofBlind
	}
	return ProofOpen
}

// Portal says which captive portal stands before an uplink at now, as its portal check among the controls has found; ""
// when there is none, or nobody has asked for as long as evidence counts.
func Portal(controls []Case, uplink string, now firmware.Stamp, set Settings) string {
	for _, c := range controls {
		met := c.Track.Portal
		if c.Rule.Role == firmware.RolePortal && met.What != "" && now.Since(met.At) <= c.Rule.ValidFor(uplink, set) {
			return met.What
		}
	}
	return ""
}

// Sighted judges an uplink by the newest fresh run of each of its controls. It returns how many of them are
// good, how many there are, and until when the judgement stands: the zero stamp when it stands on nothing.
func Sighted(controls []Case, uplink string, now firmware.Stamp, set Settings) (p Proof, good, n int, until firmware.Stamp) {
	var failed int
	for _, c := range controls {
		if !c.positive() {
			continue
		}
		n++
		valid := c.Rule.ValidFor(uplink, set)
		if c.Track.condition(now, valid, set) == absent {
			continue
		}
		if c.Track.Bad.N == 0 {
			good++
		} else {
			failed++
		}
		if end := c.Track.Run.Add(valid); until.Zero() || until.After(end) {
			until = end
		}
	}
	need := set.Needed(n)
	switch {
	case n >= 2 && good >= need:
		p = ProofGood
	case n >= 2 && n-failed < need:
		p = ProofBlind
	}
	return p, good, n, until
}
