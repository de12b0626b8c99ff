package fold

import (
	"maps"
	"slices"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/verdict"
)

// Step folds one event and returns the next state and its effects in order. Ticks due before the event are
// folded first. The state's Seq is the event's journal number afterwards; a Tick takes a number only when it made
// a transition, and then it is journaled like any other event.
func Step(s State, e Event) (State, []Effect) {
	w := &work{State: s}
	if w.facts == nil {
		w.facts = read(w.Set)
	}
	if _, boot := e.Body.(Boot); !boot {
		w.catchUp(e.At)
	}
	if e.At.After(w.Now) {
		w.Now = e.At
	}
	made := w.State.Transitions
	_, tick := e.Body.(Tick)
	if !tick {
		w.Seq++
	}
	w.apply(e)
	if tick && (w.State.Transitions > made || w.ticked) {
		w.Seq++
	}
	return w.State, w.effects
}

// work is a state being folded.
type work struct {
	State
	effects []Effect
	ticked  bool  // a tick before the event made a transition
	own     []any // the maps of the state, as pointers, that are clones made in this step
}

// catchUp folds every tick due until at, each at its own instant.
func (w *work) catchUp(at firmware.Stamp) {
	for {
		due := Next(w.State)
		if due.Zero() || due.Boot != at.Boot || due.Up > at.Up {
			return
		}
		made := w.State.Transitions
		w.Now = due
		w.settle("")
		w.beat()
		w.ticked = w.ticked || w.State.Transitions > made
	}
}

func (w *work) apply(e Event) {
	switch b := e.Body.(type) {
	case Boot:
		w.boot(b)
	case Config:
		w.configure(b.Settings)
	case Result:
		w.observe(b.Result)
		return
	case Link:
		w.link(b)
	case Clock:
		w.clock(b)
	case Part:
		w.part(b)
	case Heard:
		w.heard(b)
	case Command:
		w.command(b)
	case Tick:
	}
	w.settle("")
	w.beat()
}

// put sets a key of one of the state's maps, which may still be nil. The map is cloned before its first change in the
// step, and only then: a step may decide on every service, and others hold the state before it.
func put[K comparable, V any](w *work, m *map[K]V, k K, v V) {
	if !slices.Contains(w.own, any(m)) {
		*m = maps.Clone(*m)
		w.own = append(w.own, m)
	}
	set(m, k, v)
}

// set sets a key of a map that is nobody else's and may still be nil.
func set[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// sheetShift leaves room for a million sheets and beats per journaled event. Events number on even when a gap in
// the journal takes what else was remembered, so numbers given to peers never come again.
const sheetShift = 20

// boot forgets everything that does not outlive a restart.
func (w *work) boot(b Boot) {
	// What was published after the last commit is forgotten; its numbers must not come again.
	w.Epoch = b.Epoch
	w.Sheets = w.Seq << sheetShift
	tracks := make(map[Key]*verdict.Track, len(w.Tracks))
	for k, t := range w.Tracks {
		if t.Ever {
			old := t.Forget()
			tracks[k] = &old
		}
	}
	peers := make(map[string]Peer, len(w.Peers))
	for id, p := range w.Peers {
		peers[id] = p.order()
	}
	w.Tracks, w.Uplinks, w.Eyes, w.Links, w.Peers, w.Parts = tracks, nil, nil, nil, peers, nil
	w.BeatDue = w.Now
	services := make(map[string]Service, len(w.Services))
	for name, svc := range w.Services {
		svc.Votes, svc.Levels, svc.Looking, svc.Sheet = nil, nil, firmware.Stamp{}, 0
		svc.Quorum = svc.Quorum.Reboot(w.Now)
		services[name] = svc
	}
	w.Services = services
}

// configure takes other settings and drops what they no longer name.
func (w *work) configure(set Settings) {
	w.Set, w.facts = set, read(set)
	w.Tracks, w.Services, w.Uplinks, w.Eyes = maps.Clone(w.Tracks), maps.Clone(w.Services), maps.Clone(w.Uplinks), maps.Clone(w.Eyes)
	maps.DeleteFunc(w.Tracks, func(k Key, _ *verdict.Track) bool { _, ok := w.facts.rules[k.Ref]; return !ok })
	maps.DeleteFunc(w.Services, func(name string, _ Service) bool { return len(w.facts.services[name]) == 0 })
	maps.DeleteFunc(w.Uplinks, func(name string, _ UplinkView) bool { return w.facts.uplink(name).Name == "" })
	maps.DeleteFunc(w.Eyes, func(name string, _ verdict.Eyes) bool { return w.facts.uplink(name).Name == "" })
	w.changed()
}

// observe folds a result into its track. A control's result can earn or blind every vote of its uplink.
func (w *work) observe(r firmware.Result) {
	rule, known := w.facts.rules[r.Check]
	if !known || w.facts.uplink(r.Uplink).Name == "" {
		return
	}
	k := Key{r.Check, r.Uplink}
	var t verdict.Track
	if old := w.Tracks[k]; old != nil {
		t = *old
	}
	own := rule.Role == firmware.RoleControl || rule.Role == firmware.RolePortal
	if !own && (w.portal(r.Uplink) != "" || !w.Eyes[r.Uplink].Witness(r, rule, w.Set.Verdict)) {
		t = t.Aside(r)
	} else {
		t = t.Observe(r, w.Seq)
	}
	put(w, &w.Tracks, k, &t)
	told := w.hear(r, rule)
	if rule.Role == firmware.RolePortal && r.Outcome == firmware.OutcomePortal {
		w.doubt(r.Uplink, func(verdict.Track) bool { return true })
	}
	if own || told {
		w.settle("")
		return
	}
	w.settle(r.Check.Service)
}

// hear notes whether a resolver of its uplink answered a run, and reports whether that is news of the uplink. A run
// that none answered proves nothing when one has answered another since it began.
func (w *work) hear(r firmware.Result, rule verdict.Rule) (told bool) {
	old := w.Eyes[r.Uplink]
	eyes := old.Hear(r, rule, w.Set.Verdict)
	if eyes == old || r.Outcome == firmware.OutcomeDeadResolver && w.resolvedAfter(r.Uplink, r.Start) {
		return false
	}
	put(w, &w.Eyes, r.Uplink, eyes)
	return eyes.Unresolved(w.Now) != old.Unresolved(w.Now)
}

// resolvedAfter reports whether a run over an uplink that began later than at is known to have had an answer of its
// resolvers.
func (w *work) resolvedAfter(uplink string, at firmware.Stamp) bool {
	for k, t := range w.Tracks {
		if k.Uplink == uplink && t.Newest.Start.After(at) && verdict.Resolved(t.Newest, w.facts.rules[k.Ref]) {
			return true
		}
	}
	return false
}

// doubt drops what was seen of services over an uplink that turns out not to have shown them: everything when it leads
// to a portal, what speaks against them when its sight returns.
func (w *work) doubt(uplink string, which func(verdict.Track) bool) {
	for k, t := range w.Tracks {
		if k.Uplink == uplink && k.Ref.Service != "" && which(*t) {
			unsure := t.Doubt()
			put(w, &w.Tracks, k, &unsure)
		}
	}
}

// link notes what the kernel says of an uplink. One that is back, or has other addresses or routes, may lead elsewhere,
// so its controls and its portal check are asked at once, and what was known of its resolvers is forgotten.
func (w *work) link(b Link) {
	_, known := w.Links[b.Uplink]
	put(w, &w.Links, b.Uplink, b)
	if known && b.Up {
		put(w, &w.Eyes, b.Uplink, w.Eyes[b.Uplink].Moved())
		w.effects = append(w.effects, Prove{b.Uplink})
	}
}

func (w *work) clock(b Clock) {
	from := w.Clock.Quality
	w.Clock = b.ClockState
	if from != b.Quality {
		w.transition(Transition{Kind: "part", Subject: "clock", From: string(from), To: string(b.Quality)})
		w.changed()
	}
}

func (w *work) part(b Part) {
	old, known := w.Parts[b.Name]
	if known && old.OK == b.OK {
		return
	}
	put(w, &w.Parts, b.Name, PartView{b.Name, b.OK, w.Now, b.Why})
	from := "unknown"
	if known {
		from = well(old.OK)
	}
	w.transition(Transition{Kind: "part", Subject: b.Name, From: from, To: well(b.OK), Why: b.Why})
	w.changed()
}

func well(ok bool) string {
	if ok {
		return "ok"
	}
	return "failing"
}

func (w *work) command(b Command) {
	if b.Mute != nil && w.Muted != *b.Mute {
		w.Muted = *b.Mute
		w.changed()
	}
	if b.Ack != nil {
		w.ack(*b.Ack, true)
	}
}

// ack acknowledges an open incident; own says that it was asked for here and should be told to the fleet.
func (w *work) ack(a Ack, own bool) {
	svc, known := w.Services[a.Service]
	q, ok := svc.Quorum.Ack(a.Incident, a.By)
	if !known || !ok || svc.Quorum.AckedBy == a.By {
		return
	}
	svc.Quorum = q
	put(w, &w.Services, a.Service, svc)
	if own {
		a.Incident = q.Incident()
		w.effects = append(w.effects, Publication{Ack: &a})
	}
}

func (w *work) transition(t Transition) {
	w.Transitions++
	t.Seq, t.At = w.Transitions, w.Now
	w.effects = append(w.effects, t)
}

// changed says once per step that the view is another one.
func (w *work) changed() {
	for _, e := range w.effects {
		if _, is := e.(Changed); is {
			return
		}
	}
	w.effects = append(w.effects, Changed{})
}
