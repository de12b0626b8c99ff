package verdict

import (
	"math/bits"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// maxRounds is how many rounds are remembered.
const maxRounds = 21

// roundSpan is the least time between two rounds: a burst is one, and so is each look at the pace of an incident.
const roundSpan = 900 * time.Millisecond

// Past is how the newest rounds of a check ended.
type Past struct {
	Bad    uint32         `json:"bad,omitempty"`    // a bit per round, the newest lowest: it was bad or slow
	Rounds int            `json:"rounds,omitempty"` // at most 21
	Newest firmware.Stamp `json:"newest,omitzero"`  // start of the newest
}

// add returns the past with one more run. A round is as bad as the worst run in it.
func (p Past) add(start firmware.Stamp, bad bool) Past {
	if p.Rounds == 0 || start.Since(p.Newest) >= roundSpan {
		p.Bad, p.Rounds, p.Newest = p.Bad<<1&(1<<maxRounds-1), min(p.Rounds+1, maxRounds), start
	}
	if bad {
		p.Bad |= 1
	}
	return p
}

// Change returns the share of rounds that ended otherwise than the one before, from 0 to 1. What changed last weighs
// 1.2, what changed longest ago 0.8, and rounds that were not yet have not changed.
func (p Past) Change() (share float64) {
	const most = maxRounds - 1
	changed := (p.Bad ^ p.Bad>>1) & (1<<max(p.Rounds-1, 0) - 1)
	for ; changed != 0; changed &= changed - 1 {
		age := bits.TrailingZeros32(changed)
		share += (1.2 - 0.4*float64(age)/(most-1)) / most
	}
	return share
}

// flaps reports whether a check turns good and bad so often that neither is to be believed: from FlapHard on, and then
// until it is at FlapSoft or below.
func (p Past) flaps(before bool, set Settings) bool {
	if set.FlapHard <= 0 {
		return false
	}
	return p.Change() >= set.FlapHard || before && p.Change() > set.FlapSoft
}

// flaps reports whether some check of the desk does.
func (d Desk) flaps(before bool, set Settings) bool {
	return !d.Metered && slices.ContainsFunc(d.Checks, func(c Case) bool { return c.Track.Past.flaps(before, set) })
}

// last returns the episode that a failure would continue: the newest of the vantage, while one of its last rounds was
// bad.
func (d Desk) last(prev firmware.Vote) firmware.ID {
	switch {
	case !slices.ContainsFunc(d.Checks, func(c Case) bool { return c.Track.Past.Bad != 0 }):
		return firmware.ID{}
	case prev.State == firmware.VoteFail:
		return prev.Episode
	}
	return prev.Last
}
