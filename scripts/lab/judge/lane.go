package judge

import (
	"slices"
	"strings"

	"edgeprobe.io/firmware"
	"edgeprobe.io/scripts/lab/scenario"
)

// Lane is one line of the timeline: what one thing was, one mark after the other.
type Lane struct {
	Group string `json:"group"` // "world", or a device
	Kind  string `json:"kind"`  // "fault", "truth", or a sight's kind
	Name  string `json:"name"`
	Marks []Mark `json:"marks"`
}

// Mark is a part of a lane.
type Mark struct {
	From  Ms     `json:"from_ms"`
	Until Ms     `json:"until_ms"`
	State string `json:"state"`
	Tone  string `json:"tone"` // how it looks: good, watch, bad, dark or deed
}

// lanes draws a run: first the world, then each device with what it decided, showed and voted.
func lanes(e *evidence) (all []Lane) {
	all = append(all, worldLanes(e.Scenario)...)
	order := []scenario.Kind{
		scenario.SeeDecision, scenario.SeeLamp, scenario.SeeBuzzer, scenario.SeeVote, scenario.SeeUplink, scenario.SeeStatus,
	}
	for _, device := range e.Scenario.World.Devices {
		for _, kind := range order {
			all = append(all, deviceLanes(e.tracks, device, kind)...)
		}
	}
	return all
}

func worldLanes(s *scenario.Scenario) (all []Lane) {
	for _, f := range s.Faults {
		l := Lane{Group: "world", Kind: "fault", Name: f.Name}
		for _, a := range f.Acts {
			l.Marks = append(l.Marks, Mark{InMs(a.From), InMs(a.Until), deed(f), "deed"})
		}
		all = append(all, l)
	}
	for _, t := range s.Truth {
		name := t.Service + " is " + t.Impact.String()
		if where := append(slices.Clone(t.Regions), t.Only...); len(where) > 0 {
			name += " (" + strings.Join(where, ", ") + ")"
		}
		all = append(all, Lane{"world", "truth", name, []Mark{{InMs(t.From), InMs(t.Until), name, "bad"}}})
	}
	return all
}

// deed writes a fault with its parameters: "loss of=berlin/eth0 percent=30".
func deed(f scenario.Fault) string {
	var with []string
	for name, values := range f.With {
		with = append(with, name+"="+strings.Join(values, "+"))
	}
	slices.Sort(with)
	return strings.Join(append([]string{f.Do}, with...), " ")
}

func deviceLanes(tracks []*track, device string, kind scenario.Kind) (all []Lane) {
	for _, t := range tracks {
		if t.kind != kind || t.device != device {
			continue
		}
		l := Lane{Group: device, Kind: string(kind), Name: t.subject}
		for _, s := range t.states {
			if s.until < 0 {
				continue // before the start
			}
			m := Mark{InMs(s.at), InMs(s.until), s.words(scenario.Sight{}), colour(kind, s.sighting)}
			if n := len(l.Marks); n > 0 && l.Marks[n-1].State == m.State {
				l.Marks[n-1].Until = m.Until
				continue
			}
			l.Marks = append(l.Marks, m)
		}
		if len(l.Marks) > 0 {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b Lane) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// colour returns how a state looks on the page.
func colour(kind scenario.Kind, s sighting) string {
	tone, ok := looks[s.state]
	switch {
	case kind == scenario.SeeLamp || kind == scenario.SeeBuzzer:
		first, _, _ := strings.Cut(s.state, " ")
		tone, ok = lampLooks[first]
	case s.state == string(firmware.StatusConfirmed) && slices.Equal(s.says["impact"], []string{"degraded"}):
		tone = "watch"
	}
	if !ok {
		return "dark"
	}
	return tone
}

var looks = map[string]string{
	"up": "good", "pass": "good", "sighted": "good", "online": "good",
	"suspected": "watch", "partial": "watch", "single_site": "watch", "pending": "watch", "recovering": "watch", "blind": "watch",
	"confirmed": "bad", "fail": "bad", "down": "bad", "offline": "bad",
}

var lampLooks = map[string]string{
	"green": "good", "amber": "watch", "red": "bad", "white": "good", "down": "bad", "masked": "bad", "recovered": "watch",
}
