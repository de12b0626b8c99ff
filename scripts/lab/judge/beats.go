package judge

import (
	"slices"
	"strconv"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// beaten returns what a device's heartbeats bear: the newest evidence that one names, for as long as the votes that
// pass at that moment say that it counts.
func (e *evidence) beaten(device, service string) (spans []scenario.Span) {
	for _, o := range e.Log {
		if o.Source != seen.Feed || o.Kind != "heartbeat" || o.Device != device {
			continue
		}
		valid := e.passing(device, service, o.At)
		age, ok := youngest(o, service)
		if valid > 0 && ok {
			spans = append(spans, scenario.Span{From: o.At - age, Until: o.At - age + valid + darkWithin})
		}
	}
	return spans
}

// youngest returns the age of the newest evidence that a heartbeat names for a service.
func youngest(o seen.Observation, service string) (age time.Duration, ok bool) {
	stands, _ := o.Fields["stands"].([]any)
	for _, s := range stands {
		stand, _ := s.(map[string]any)
		ages, _ := stand["ages_ms"].([]any)
		for _, a := range ages {
			ms, is := a.(float64)
			if d := time.Duration(ms * float64(time.Millisecond)); is && stand["service"] == service && (!ok || d < age) {
				age, ok = d, true
			}
		}
	}
	return age, ok
}

// passing returns the longest time that evidence of a device's passing votes on a service counts; 0 when none passes.
func (e *evidence) passing(device, service string, at time.Duration) (valid time.Duration) {
	for _, t := range e.tracks {
		if t.kind != scenario.SeeVote || t.device != device || !matches(service+"/*", t.subject) {
			continue
		}
		i := slices.IndexFunc(t.states, func(s state) bool { return s.at <= at && at < s.until })
		if i < 0 || t.states[i].state != "pass" {
			continue
		}
		for _, text := range t.states[i].says["valid_for_ms"] {
			if ms, err := strconv.ParseFloat(text, 64); err == nil {
				valid = max(valid, time.Duration(ms*float64(time.Millisecond)))
			}
		}
	}
	return valid
}
