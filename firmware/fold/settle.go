package fold

import (
	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/verdict"
)

// settle casts the votes and decides anew: on one service, or on all and on the uplinks' sight when name is "".
func (w *work) settle(name string) {
	if name != "" {
		w.decide(name)
		return
	}
	for _, u := range w.facts.uplinks {
		w.look(u)
	}
	for _, s := range w.Set.Services {
		w.decide(s)
	}
}

// uplink returns the facts of an uplink of this device; the zero value when there is none of that name.
func (f *facts) uplink(name string) firmware.UplinkFact {
	for _, u := range f.uplinks {
		if u.Name == name {
			return u
		}
	}
	return firmware.UplinkFact{}
}

// look judges an uplink's sight.
func (w *work) look(u firmware.UplinkFact) {
	v := UplinkView{Name: u.Name, Network: u.Network, Metered: u.Metered, Sight: SightUnknown}
	var proof verdict.Proof
	proof, v.Good, v.Controls, v.Until = verdict.Sighted(w.cases(w.facts.controls, u.Name), u.Name, w.Now, w.Set.Verdict)
	portal, dead := w.portal(u.Name), w.Eyes[u.Name].Unresolved(w.Now)
	switch {
	case w.down(u.Name) != "":
		v.Sight, v.Why = SightDown, w.down(u.Name)
	case portal != "":
		v.Sight, v.Why = SightBlind, portal
	case proof == verdict.ProofGood:
		v.Sight, v.Why = SightSighted, dead // what needs no name is still seen
	case proof == verdict.ProofBlind && dead == "":
		v.Sight, v.Why = SightBlind, "controls fail over this uplink"
	case proof == verdict.ProofBlind:
		v.Sight, v.Why = SightBlind, "controls fail over this uplink, and "+dead
	case dead != "":
		v.Sight, v.Why = SightBlind, dead
	}
	w.watch(u.Name, v.Sight)
	old, known := w.Uplinks[u.Name]
	if !known {
		old = UplinkView{Sight: SightUnknown, Since: w.Now}
	}
	v.Since = w.Now
	if old.Sight == v.Sight {
		v.Since = old.Since
	}
	put(w, &w.Uplinks, u.Name, v)
	if old.Sight != v.Sight || v.Sight != SightDown && old.Why != v.Why {
		w.transition(Transition{Kind: "uplink", Subject: u.Name, From: string(old.Sight), To: string(v.Sight), Why: v.Why})
		w.effects = append(w.effects, Publication{Uplink: &v})
		w.changed()
	}
}

// watch remembers when an uplink loses its sight and when that returns.
func (w *work) watch(uplink string, s Sight) {
	old := w.Eyes[uplink]
	eyes := old.See(s == SightBlind || s == SightDown, s == SightSighted, w.Now)
	if eyes == old {
		return
	}
	put(w, &w.Eyes, uplink, eyes)
	if eyes.Back != old.Back {
		w.doubt(uplink, verdict.Track.Against)
	}
}

// portal says which captive portal stands before an uplink; "" when none is known.
func (w *work) portal(uplink string) string {
	for i := range w.facts.controls {
		r := &w.facts.controls[i]
		if t := w.Tracks[Key{r.Ref, uplink}]; t != nil && r.Role == firmware.RolePortal {
			return verdict.Portal([]verdict.Case{{Rule: r, Track: t}}, uplink, w.Now, w.Set.Verdict)
		}
	}
	return ""
}

// down says why the kernel cannot use an uplink; "" when it can, or nothing was heard of it.
func (w *work) down(uplink string) string {
	l, known := w.Links[uplink]
	switch {
	case !known || l.Up:
		return ""
	case l.Why == "":
		return "no link"
	}
	return l.Why
}

// cases pairs rules with what is remembered of them over an uplink; rules that do not run there are left out.
func (w *work) cases(rules []verdict.Rule, uplink string) []verdict.Case {
	out := make([]verdict.Case, 0, len(rules))
	for i := range rules {
		r := &rules[i]
		if r.Interval[uplink] == 0 {
			continue
		}
		t := w.Tracks[Key{r.Ref, uplink}]
		if t == nil {
			t = &verdict.Track{}
		}
		out = append(out, verdict.Case{Rule: r, Track: t})
	}
	return out
}

// decide casts this device's votes on a service and decides on it.
func (w *work) decide(name string) {
	if len(w.facts.services[name]) == 0 {
		return
	}
	svc := w.Services[name]
	before := svc
	svc.Votes = w.cast(name, svc.Votes)
	svc.Quorum, svc.Decision = quorum.Decide(svc.Quorum, w.poll(name, svc), w.Set.Quorum)
	w.tell(name, before, &svc)
	w.attend(name, &svc)
	put(w, &w.Services, name, svc)
}

// cast casts this device's votes on every target of a service over every uplink.
func (w *work) cast(name string, before []firmware.Vote) []firmware.Vote {
	out := make([]firmware.Vote, 0, len(before))
	for _, region := range w.facts.targets[name] {
		rules := w.facts.desks[firmware.Target{Service: name, Region: region}]
		for _, u := range w.facts.uplinks {
			d := verdict.Desk{
				Target: firmware.Target{Service: name, Region: region}, Uplink: u.Name, Metered: u.Metered,
				Device: w.Set.Device, Epoch: w.Epoch, Down: w.down(u.Name),
				Checks: w.cases(rules, u.Name), Controls: w.cases(w.facts.controls, u.Name),
			}
			out = append(out, verdict.Cast(find(before, d.Target, u.Name), d, w.Now, w.Set.Verdict))
		}
	}
	return out
}

func find(votes []firmware.Vote, t firmware.Target, uplink string) firmware.Vote {
	for _, v := range votes {
		if v.Target == t && v.Uplink == uplink {
			return v
		}
	}
	return firmware.Vote{State: firmware.VoteNone}
}

// poll collects every living vote on a service.
func (w *work) poll(name string, svc Service) quorum.Case {
	c := quorum.Case{Service: name, Regions: w.facts.spans[name], Now: w.Now, Patience: w.facts.patience(name), FullView: true}
	add := func(device string, v firmware.Vote) {
		at := firmware.Vantage{Device: device, Uplink: v.Uplink}
		if place, known := w.facts.places[at]; known {
			c.Ballots = append(c.Ballots, quorum.Ballot{Vantage: at, Place: place, Vote: v})
		}
	}
	for _, v := range svc.Votes {
		add(w.Set.Device, v)
	}
	for _, d := range w.Set.Fleet {
		if d.ID == w.Set.Device {
			continue
		}
		p := w.Peers[d.ID]
		c.FullView = c.FullView && p.alive(w.Now)
		for _, v := range p.votes(name, w.Now) {
			add(d.ID, v)
		}
	}
	return c
}
