package fold

import (
	"maps"
	"slices"
	"strings"

	"edgeprobe.io/firmware"
)

// View returns the state as people and lamps need it.
func (s State) View() View {
	v := View{At: s.Now, Device: s.Set.Device, Clock: s.Clock.Quality, Muted: s.Muted, Witnesses: firmware.WitnessesEnough}
	if s.facts == nil || len(s.Set.Services) == 0 {
		v.Unconfigured, v.Witnesses = true, firmware.WitnessesNone
	}
	if s.facts == nil {
		return v
	}
	v.Site, v.Region = s.facts.self.Site, s.facts.self.Region
	for _, name := range s.Set.Services {
		sv := s.serviceView(name)
		v.Services = append(v.Services, sv)
		v.Witnesses = fewer(v.Witnesses, sv.Decision.Witnesses)
	}
	for _, u := range s.facts.uplinks {
		uv, known := s.Uplinks[u.Name]
		if !known {
			uv = UplinkView{Name: u.Name, Network: u.Network, Metered: u.Metered, Sight: SightUnknown}
		}
		v.Uplinks = append(v.Uplinks, uv)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Parts)) {
		v.Parts = append(v.Parts, s.Parts[name])
	}
	v.Peers = s.peerViews()
	return v
}

func (s State) serviceView(name string) ServiceView {
	svc := s.Services[name]
	sv := ServiceView{Decision: svc.Decision, Votes: svc.Votes}
	if sv.Decision.Service == "" {
		sv.Decision = firmware.Decision{Service: name, Status: firmware.StatusUnknown, Witnesses: firmware.WitnessesNone}
	}
	for _, vote := range svc.Votes {
		if vote.State == firmware.VoteNone || vote.Evidence.Zero() {
			continue
		}
		if end := vote.Evidence.Add(vote.ValidFor); sv.Until.Zero() || end.After(sv.Until) {
			sv.Until = end
		}
	}
	for _, d := range s.Set.Fleet {
		for _, vote := range s.Peers[d.ID].votes(name, s.Now) {
			sv.Peers = append(sv.Peers, PeerVote{d.ID, vote})
		}
	}
	for _, r := range s.Set.Rules {
		if r.Ref.Service == name {
			sv.Checks = append(sv.Checks, s.checkViews(r.Ref, r.Role)...)
		}
	}
	return sv
}

func (s State) checkViews(ref firmware.CheckRef, role firmware.Role) []CheckView {
	var out []CheckView
	for _, u := range s.facts.uplinks {
		t := s.Tracks[Key{ref, u.Name}]
		if t == nil || t.Newest.Start.Zero() {
			continue
		}
		r := t.Newest
		out = append(out, CheckView{
			Name: ref.Name, Uplink: u.Name, Role: role, Outcome: r.Outcome, Status: r.Status, Start: r.Start,
			Took: r.Took, Cache: r.Cache, Expires: r.Expires, Detail: r.Detail,
		})
	}
	return out
}

func (s State) peerViews() []PeerView {
	var out []PeerView
	for _, d := range s.Set.Fleet {
		if d.ID != s.Set.Device {
			p := s.Peers[d.ID]
			out = append(out, PeerView{Device: d.ID, Site: d.Site, Alive: p.alive(s.Now), Heard: p.Heard})
		}
	}
	slices.SortFunc(out, func(a, b PeerView) int { return strings.Compare(a.Device, b.Device) })
	return out
}

// fewer returns the lesser company of two.
func fewer(a, b firmware.Witnesses) firmware.Witnesses {
	rank := []firmware.Witnesses{firmware.WitnessesNone, firmware.WitnessesSingle, firmware.WitnessesEnough}
	return rank[min(slices.Index(rank, a), slices.Index(rank, b))]
}
