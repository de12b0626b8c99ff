package fold

import (
	"maps"
	"slices"

	"edgeprobe.io/firmware"
)

// attend says how closely each uplink should look at a service now.
func (w *work) attend(name string, svc *Service) {
	for _, u := range w.facts.uplinks {
		want := w.level(name, *svc, u)
		have, ok := svc.Levels[u.Name]
		if !ok {
			have = LevelCalm
		}
		if want == have {
			continue
		}
		svc.Levels = maps.Clone(svc.Levels)
		set(&svc.Levels, u.Name, want)
		w.effects = append(w.effects, Attention{Service: name, Uplink: u.Name, Level: want})
	}
}

// level decides on one uplink. A bad run is rechecked at once over every uplink, over a metered one from the second
// bad run on or when it was its own; a peer's worry makes the unmetered ones look; bursts end when the look has had
// its time.
func (w *work) level(name string, svc Service, u firmware.UplinkFact) Level {
	opened := svc.Quorum.Opened
	if w.replaces(svc, u) {
		return LevelBurst
	}
	if opened.Zero() && !svc.Quorum.Latched() {
		return LevelCalm
	}
	if !opened.Zero() && w.Now.Since(opened) <= w.facts.patience(name) && w.unsettled(name, svc, u, opened) {
		return LevelBurst
	}
	if u.Metered && !w.awaited(svc, u.Name) && !w.doubted(name, u.Name) {
		return LevelCalm
	}
	return LevelIncident
}

// replaces reports whether a metered uplink must look now because another one can no longer see: its last look
// may be long ago, and nobody else of this device would notice.
func (w *work) replaces(svc Service, u firmware.UplinkFact) bool {
	if !u.Metered || w.down(u.Name) != "" {
		return false
	}
	for _, o := range w.facts.uplinks {
		sight := w.Uplinks[o.Name]
		lost := sight.Sight == SightBlind || sight.Sight == SightDown
		if o.Metered || !lost || w.Now.Since(sight.Since) > w.facts.patience(svc.Decision.Service) {
			continue
		}
		for _, v := range svc.Votes {
			if v.Uplink == u.Name && !v.Evidence.After(sight.Since) {
				return true
			}
		}
	}
	return false
}

// unsettled reports whether the uplink still owes an answer to the suspicion.
func (w *work) unsettled(name string, svc Service, u firmware.UplinkFact, opened firmware.Stamp) bool {
	if w.down(u.Name) != "" || w.Uplinks[u.Name].Sight == SightBlind {
		return false
	}
	owes := w.doubted(name, u.Name)
	for _, v := range svc.Votes {
		if v.Uplink == u.Name {
			owes = owes || v.State == firmware.VotePending && w.provable(u.Name) || !v.Evidence.After(opened)
		}
	}
	if !u.Metered {
		return owes
	}
	return owes && (w.repeated(name) || w.doubted(name, u.Name))
}

// provable reports whether an uplink has controls enough to earn a failing vote: without them looking again and again
// changes nothing.
func (w *work) provable(uplink string) bool {
	n := 0
	for _, c := range w.facts.controls {
		if c.Role == firmware.RoleControl && !c.Negative && c.Interval[uplink] > 0 {
			n++
		}
	}
	return n >= 2
}

// doubted reports whether some check over the uplink has not decided yet, though the vote may have.
func (w *work) doubted(name, uplink string) bool {
	for _, r := range w.facts.services[name] {
		if t := w.Tracks[Key{r.Ref, uplink}]; t != nil && t.Doubted(w.Set.Verdict) {
			return true
		}
	}
	return false
}

// repeated reports whether some uplink of ours has seen a second bad run in a row.
func (w *work) repeated(name string) bool {
	for _, r := range w.facts.services[name] {
		for _, u := range w.facts.uplinks {
			if t := w.Tracks[Key{r.Ref, u.Name}]; t != nil && (t.Bad.N >= 2 || t.Slow.N >= 2) {
				return true
			}
		}
	}
	return false
}

// awaited reports whether the recovery of some target waits for this metered uplink alone: it saw it fail, and over
// every other uplink of ours that target is good again, whatever the others are.
func (w *work) awaited(svc Service, uplink string) bool {
	return slices.ContainsFunc(svc.Votes, func(own firmware.Vote) bool {
		return own.Uplink == uplink && own.State == firmware.VoteFail && !slices.ContainsFunc(svc.Votes, func(v firmware.Vote) bool {
			ill := v.State == firmware.VoteFail && !v.Recovering || v.State == firmware.VotePending
			return v.Target == own.Target && v.Uplink != uplink && ill
		})
	})
}
