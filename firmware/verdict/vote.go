package verdict

import (
	"fmt"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// Desk is everything that a vote on one target over one uplink is cast from.
type Desk struct {
	Target   firmware.Target
	Uplink   string
	Device   string // this device
	Epoch    uint64 // of its database
	Checks   []Case // of the target, evidence left out
	Controls []Case // of the uplink, its portal check among them
	Metered  bool   // the uplink looks too seldom to tell flapping
	Down     string // why the uplink cannot be used at all; "" when it can
}

// Cast returns the vote of desk at now, given the vote before.
func Cast(prev firmware.Vote, d Desk, now firmware.Stamp, set Settings) firmware.Vote {
	f := d.read(now, set)
	v := firmware.Vote{Target: d.Target, Uplink: d.Uplink, State: firmware.VoteNone, Evidence: f.evidence, ValidFor: f.valid, Why: f.why}
	portal := Portal(d.Controls, d.Uplink, now, set)
	switch {
	case d.Down != "":
		v.Evidence, v.Why = firmware.Stamp{}, "uplink down: "+d.Down
	case portal != "":
		v.Evidence, v.Why = firmware.Stamp{}, "blind: "+portal
	case f.state == firmware.VoteFail:
		d.fail(&v, prev, f, now, set)
	case prev.State == firmware.VoteFail && f.state != firmware.VoteNone:
		d.hold(&v, prev, f, set)
	case f.state == firmware.VotePending && Prove(d.Controls, f.first, set) == ProofBlind:
		v.Why = "blind: controls fail too, " + f.why
	default:
		v.State = f.state
		if v.State == firmware.VotePending {
			v.Impact, v.Episode = f.impact, d.episode(f, prev)
		}
	}
	v.Last = d.last(prev)
	v.Since = now
	if v.State == prev.State && v.Impact == prev.Impact {
		v.Since = prev.Since
	}
	return v
}

// fail casts a failing vote if the uplink's controls earn it.
func (d Desk) fail(v *firmware.Vote, prev firmware.Vote, f finding, now firmware.Stamp, set Settings) {
	proof := Prove(d.Controls, f.first, set)
	blindNow, _, _, _ := Sighted(d.Controls, d.Uplink, now, set)
	switch {
	case proof == ProofBlind, proof == ProofGood && blindNow == ProofBlind:
		v.Why = "blind: controls fail too, " + f.why
		return
	case proof == ProofGood:
		v.State, v.Flapping = firmware.VoteFail, d.flaps(prev.Flapping, set)
	default:
		v.State = firmware.VotePending
		v.Why = "unproven: " + f.why + "; controls have not passed since"
	}
	v.Impact, v.MaskedFor, v.Episode = f.impact, f.masked, d.episode(f, prev)
}

// hold keeps a failing vote until enough good runs in a row ended it, and through them while it flaps: what is told once
// is not taken back and told again.
func (d Desk) hold(v *firmware.Vote, prev firmware.Vote, f finding, set Settings) {
	v.Flapping = d.flaps(prev.Flapping, set)
	if f.state == firmware.VotePass && f.good >= set.GoodRuns && !v.Flapping {
		v.State = firmware.VotePass
		return
	}
	v.State, v.Impact, v.Episode, v.MaskedFor = firmware.VoteFail, prev.Impact, prev.Episode, prev.MaskedFor
	v.Recovering = f.state == firmware.VotePass && !v.Flapping
	switch {
	case v.Flapping:
		v.Why = "flapping: good and bad in turn, held until it is calm; " + f.why
	case v.Recovering:
		v.Why = fmt.Sprintf("good again, %d of %d runs", f.good, set.GoodRuns)
	}
}

// episode names this failure by its first bad result, and keeps the name while the failure lasts, and when it is back
// before it was forgotten.
func (d Desk) episode(f finding, prev firmware.Vote) firmware.ID {
	if !prev.Episode.Zero() {
		return prev.Episode
	}
	if last := d.last(prev); !last.Zero() {
		return last
	}
	return firmware.ID{Device: d.Device, Epoch: d.Epoch, Sequence: f.seq}
}

// finding is what the checks of a desk say together, before controls and hysteresis.
type finding struct {
	state    firmware.VoteState
	impact   firmware.Impact
	first    firmware.Stamp // start of the first bad run
	seq      uint64         // and its sequence number
	evidence firmware.Stamp
	valid    time.Duration
	good     int // good runs in a row since the failure, the fewest among the checks that count
	masked   time.Duration
	why      string
}

// read applies the table of a vantage and a service.
func (d Desk) read(now firmware.Stamp, set Settings) finding {
	edges, minor, origins := d.sort()
	worst := func(cs []Case, at condition) (Case, bool) {
		i := slices.IndexFunc(cs, func(c Case) bool { return d.is(c, now, set) == at })
		if i < 0 {
			return Case{}, false
		}
		return cs[i], true
	}
	if c, ok := worst(edges, bad); ok {
		return d.failing(c, c.Track.Bad, firmware.ImpactDown, set)
	}
	if f, ok := d.doubt(now, edges, nil, nil, set); ok { // whether the edge is good decides which row applies
		return f
	}
	if c, ok := worst(origins, bad); ok && c.Track.Ever {
		f := d.failing(c, c.Track.Bad, firmware.ImpactDegraded, set)
		d.mask(&f, edges, now, set)
		return f
	}
	if c, ok := worst(edges, slow); ok {
		return d.failing(c, c.Track.Slow, firmware.ImpactDegraded, set)
	}
	if c, ok := worst(minor, bad); ok {
		return d.failing(c, c.Track.Bad, firmware.ImpactDegraded, set)
	}
	if f, ok := d.doubt(now, edges, origins, minor, set); ok {
		return f
	}
	return d.passing(now, edges, minor, origins, set)
}

// sort splits the checks into deciding edge checks, lesser edge checks and origin checks. A target without any
// edge check is decided by its origin checks.
func (d Desk) sort() (edges, minor, origins []Case) {
	for _, c := range d.Checks {
		switch {
		case c.Rule.Role == firmware.RoleOrigin:
			origins = append(origins, c)
		case c.Rule.Role == firmware.RoleEdge && c.Rule.Critical:
			edges = append(edges, c)
		case c.Rule.Role == firmware.RoleEdge:
			minor = append(minor, c)
		}
	}
	if len(edges) == 0 && len(minor) == 0 {
		return origins, nil, nil
	}
	return edges, minor, origins
}

func (d Desk) is(c Case, now firmware.Stamp, set Settings) condition {
	return c.Track.condition(now, c.Rule.ValidFor(d.Uplink, set), set)
}

func (d Desk) failing(c Case, s Streak, impact firmware.Impact, set Settings) finding {
	return finding{
		state: firmware.VoteFail, impact: impact, first: s.First, seq: s.Seq,
		evidence: s.Last, valid: c.Rule.ValidFor(d.Uplink, set), why: because(c, s),
	}
}

// because says what failed, for people: "home: http_status 503, 3 times".
func because(c Case, s Streak) string {
	r := c.Track.Newest
	code := ""
	if r.Status != 0 {
		code = fmt.Sprintf(" %d", r.Status)
	}
	return fmt.Sprintf("%s: %s%s, %d in a row", c.Rule.Ref.Name, r.Outcome, code, s.N)
}

// mask turns a dead origin behind an answering edge into masked when the edge's answers show a cache.
func (d Desk) mask(f *finding, edges []Case, now firmware.Stamp, set Settings) {
	for _, c := range edges {
		ev := c.Track.Newest.Cache
		copied := ev.State == firmware.CacheHit || ev.State == firmware.CacheStale || ev.Age > 0
		frozen := c.Rule.Marker && !c.Track.Kept.Zero() && f.first.After(c.Track.Kept)
		if d.is(c, now, set) == absent || !copied && !frozen {
			continue
		}
		f.impact, f.masked = firmware.ImpactMasked, max(0, ev.Fresh)
		f.why += "; the edge answers from a cache"
		return
	}
	f.why += "; the edge still answers"
}

// doubt finds the first bad run that is not yet a failure.
func (d Desk) doubt(now firmware.Stamp, edges, origins, minor []Case, set Settings) (finding, bool) {
	var f finding
	for i, group := range [][]Case{edges, origins, minor} {
		for _, c := range group {
			s := c.Track.Bad
			if s.N == 0 {
				s = c.Track.Slow
			}
			if d.is(c, now, set) != doubted || i == 1 && !c.Track.Ever || f.seq != 0 && f.seq <= s.Seq {
				continue
			}
			f = d.failing(c, s, firmware.ImpactDegraded, set)
			f.state = firmware.VotePending
			if i == 0 && c.Track.Bad.N > 0 {
				f.impact = firmware.ImpactDown
			}
		}
	}
	return f, f.state == firmware.VotePending
}

// passing is a pass when every deciding check has fresh evidence, else nothing.
func (d Desk) passing(now firmware.Stamp, edges, minor, origins []Case, set Settings) finding {
	f := finding{state: firmware.VotePass, good: streakMax, why: "all as expected"}
	if len(edges) == 0 {
		edges = minor
	}
	if len(edges) == 0 {
		return finding{state: firmware.VoteNone, why: "no check runs over this uplink"}
	}
	for _, c := range edges {
		if d.is(c, now, set) == absent {
			return finding{state: firmware.VoteNone, why: c.Rule.Ref.Name + ": " + c.Track.unseen()}
		}
		valid := c.Rule.ValidFor(d.Uplink, set)
		if f.evidence.Zero() || f.evidence.Add(f.valid).After(c.Track.Run.Add(valid)) {
			f.evidence, f.valid = c.Track.Run, valid
		}
		f.good = min(f.good, c.Track.recovered())
	}
	for _, c := range origins {
		if c.Track.Ever && d.is(c, now, set) != absent {
			f.good = min(f.good, c.Track.recovered())
		} else {
			f.why = "edge as expected; origin not observed"
		}
	}
	return f
}
