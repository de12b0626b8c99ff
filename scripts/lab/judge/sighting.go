package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// sighting is an observation in the words of scenarios.
type sighting struct {
	kind    scenario.Kind
	device  string
	subject string
	part    string // tells tracks of one subject apart: a vote's region
	at      time.Duration
	state   string
	says    map[string][]string
}

// sightings returns what an observation is in the scenario's words; most are one thing, some also a topic.
func sightings(o seen.Observation) []sighting {
	s := sighting{device: o.Device, subject: o.Subject, at: o.At, says: map[string][]string{}}
	switch {
	case o.Source == seen.Panel && o.Kind == seen.KindLamp:
		s.kind, s.state = scenario.SeeLamp, o.Text("pattern")
		s.tell(o.Fields, "colour", "lapsed")
		return []sighting{s}
	case o.Source == seen.Panel && o.Kind == seen.KindBuzzer:
		s.kind, s.state = scenario.SeeBuzzer, tone(o)
		return []sighting{s}
	case o.Source == seen.Feed:
		return append(s.ofFeed(o), s.topic(o))
	}
	return nil
}

func (s sighting) ofFeed(o seen.Observation) []sighting {
	switch o.Kind {
	case "vote":
		s.kind, s.state = scenario.SeeVote, o.Text("state")
		s.subject, s.part = o.Subject+"/"+o.Text("uplink"), o.Text("region")
		s.tell(o.Fields, "impact", "region", "recovering", "valid_for_ms")
	case "decision":
		s.kind, s.state = scenario.SeeDecision, o.Text("status")
		s.tellDecision(o.Fields)
	case "uplink":
		s.kind, s.state = scenario.SeeUplink, o.Text("sight")
		s.tell(o.Fields, "controls_good", "controls", "network")
	case "status":
		s.kind, s.state, s.part = scenario.SeeStatus, o.Text("state"), o.Text("broker")
		s.tell(o.Fields, "clean", "broker", "time_quality")
	case "event":
		s.kind, s.state = scenario.SeeEvent, o.Text("to")
		s.tell(o.Fields, "kind", "from", "severity", "replayed", "durable", "id")
		for _, part := range []string{"decision", "vote"} {
			if m, ok := o.Fields[part].(map[string]any); ok {
				s.says["impact"] = texts(m["impact"])
			}
		}
	default:
		return nil
	}
	return []sighting{s}
}

// topic is the bare fact that a topic was published.
func (s sighting) topic(o seen.Observation) sighting {
	s.kind, s.subject = scenario.SeeTopic, o.Kind
	if o.Subject != "" && o.Kind != "event" {
		s.subject += "/" + o.Subject
	}
	return s
}

func (s sighting) tell(fields map[string]any, names ...string) {
	for _, n := range names {
		s.says[n] = texts(fields[n])
	}
}

func (s sighting) tellDecision(fields map[string]any) {
	s.tell(fields, "impact", "severity", "witnesses", "view", "voters", "failing", "acked_by", "incident", "aliases")
	s.says["masked"] = texts(fields["masked_for_s"])
	scope, _ := fields["scope"].(map[string]any)
	s.tell(scope, "targets", "observers")
	regions, _ := fields["regions"].([]any)
	for _, r := range regions {
		if m, ok := r.(map[string]any); ok {
			name, _ := m["region"].(string)
			s.says["regions"] = append(s.says["regions"], name+" "+strings.Join(texts(m["status"]), ""))
		}
	}
}

// texts writes a JSON value as texts: a list as all of its own, nothing as none.
func texts(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case bool:
		return []string{strconv.FormatBool(v)}
	case float64:
		return []string{strconv.FormatFloat(v, 'g', -1, 64)}
	case []any:
		all := []string{}
		for _, item := range v {
			all = append(all, texts(item)...)
		}
		return all
	}
	text, err := json.Marshal(v)
	if err != nil {
		return []string{fmt.Sprint(v)}
	}
	return []string{string(text)}
}

// tone names what the buzzer sounds, by its beats.
func tone(o seen.Observation) string {
	beats, _ := o.Fields["beats_ms"].([]any)
	if len(beats) == 0 || o.Is("lapsed") {
		return string(panel.ToneSilent)
	}
	for _, t := range []panel.Tone{panel.ToneRecovered, panel.ToneMasked, panel.ToneDown, panel.ToneNoGo} {
		var want []string
		known, _ := t.Beats()
		for _, b := range known {
			want = append(want, strconv.FormatInt(b.Milliseconds(), 10))
		}
		if slices.Equal(want, texts(o.Fields["beats_ms"])) {
			return string(t)
		}
	}
	return "unknown"
}
