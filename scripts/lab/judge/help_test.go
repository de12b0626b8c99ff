package judge

import (
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

const sec = time.Second

// f makes fields of names and values.
func f(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

func decision(at time.Duration, device, status, impact string, targets ...any) seen.Observation {
	fields := f("status", status, "impact", impact, "scope", f("targets", targets, "observers", targets))
	if status == "confirmed" {
		fields["incident"], fields["aliases"] = "berlin/0a/1", []any{"newyork/0b/1"}
	}
	return seen.Observation{At: at, Source: seen.Feed, Device: device, Kind: "decision", Subject: "shop", Fields: fields}
}

func lamp(at time.Duration, device, pattern string) seen.Observation {
	return seen.Observation{At: at, Source: seen.Panel, Device: device, Kind: seen.KindLamp, Subject: "service/us", Fields: f("pattern", pattern)}
}

func event(at time.Duration, device, id, to string) seen.Observation {
	return seen.Observation{At: at, Source: seen.Feed, Device: device, Kind: "event", Subject: "shop", Fields: f("id", id, "to", to, "kind", "decision", "durable", true)}
}

func vote(at time.Duration, device, state string) seen.Observation {
	return seen.Observation{At: at, Source: seen.Feed, Device: device, Kind: "vote", Subject: "shop", Fields: f("uplink", "eth0", "state", state, "valid_for_ms", 2500.0)}
}

func beat(at time.Duration, device string, age float64) seen.Observation {
	return seen.Observation{At: at, Source: seen.Feed, Device: device, Kind: "heartbeat",
		Fields: f("every_ms", 1000.0, "stands", []any{f("service", "shop", "ages_ms", []any{age})})}
}

// telling adds to a run that a device votes so, and beats every second until an end, each time with evidence so many
// milliseconds old.
func telling(c *Case, device, state string, until time.Duration, age float64) {
	c.Log = append(c.Log, vote(-2*sec, device, state))
	for at := -sec; at <= until; at += sec {
		c.Log = append(c.Log, beat(at, device, age))
	}
}

func overslept(at time.Duration, ms float64) seen.Observation {
	return seen.Observation{At: at, Source: seen.Lab, Kind: seen.KindWorld, Subject: seen.Overslept, Fields: f("late_ms", ms)}
}

// outage is a run that is as it should be: shop is down from 5 s to 15 s, two devices see it and say so.
func outage(t *testing.T) Case {
	t.Helper()
	s, err := scenario.Parse("outage.yaml", []byte(`
title: shop is down
about: provider
why: everybody sees it
lasts: 30s
truth: [{service: shop, impact: down, regions: [us, eu], from: cut, until: cut.end}]
faults: [{name: cut, at: 5s, do: account-revoked, for: 10s}]
expect:
  - {see: decision, of: shop, is: confirmed, with: {impact: down, targets: [us, eu]}, after: cut, within: 3s}
  - {see: decision, of: shop, is: up, after: cut.end, within: 5s, holds: 5s}
  - {see: lamp, of: service/us, is: red fast blink, after: cut, within: 3s}
  - {see: incident, of: shop, times: 1}
  - {see: event, of: shop, is: confirmed, who: any, times: 2}
  - {see: result, of: shop/*/*, is: http_status, after: cut, within: 1s}
never: [{see: lamp, of: "service/*", is: green *, after: cut+3s, until: cut.end}, {see: buzzer, is: masked}]
`), scenario.Catalog{Devices: []string{"newyork", "berlin"}})
	if err != nil {
		t.Fatal(err)
	}
	c := Case{Scenario: s, Stopped: 31 * sec}
	for i, d := range []string{"newyork", "berlin"} {
		shift := time.Duration(i) * 100 * time.Millisecond
		id := func(n string) string { return d + "/0a/" + n }
		c.Log = append(c.Log,
			decision(-2*sec, d, "up", "none"), decision(5*sec+shift, d, "suspected", "down", "us", "eu"), decision(6*sec+shift, d, "confirmed", "down", "us", "eu"),
			decision(15*sec+shift, d, "recovering", "down", "us", "eu"), decision(17*sec+shift, d, "up", "none"),
			lamp(-2*sec, d, "green steady"), lamp(5*sec+shift, d, "amber slow blink"), lamp(6*sec+shift, d, "red fast blink"), lamp(17*sec+shift, d, "green steady"),
			event(5*sec+shift, d, id("1"), "suspected"), event(6*sec+shift, d, id("2"), "confirmed"), event(7*sec+shift, d, id("2"), "confirmed"),
			event(17*sec+shift, d, id("3"), "up"),
		)
		h := Holding{Device: d, Region: "us", Services: []string{"shop"}, Epochs: []string{"0a"}}
		for n, at := range []time.Duration{5 * sec, 6 * sec, 17 * sec} {
			h.Transitions = append(h.Transitions, Stored{ID: id(string(rune('1' + n))), At: at + shift, To: "decision shop"})
		}
		for at := -3 * sec; at <= 31*sec; at += sec {
			r := Run{Service: "shop", Check: "api", Uplink: "eth0", Region: "us", Edge: true, At: at, Took: 20 * time.Millisecond, Timeout: sec, Interval: sec, Outcome: firmware.OutcomeOK}
			if at >= 5*sec && at < 15*sec {
				r.Outcome = firmware.OutcomeHTTPStatus
			}
			h.Results = append(h.Results, r)
		}
		c.Stores = append(c.Stores, h)
	}
	seen.Sort(c.Log)
	return c
}

// without returns the log without what drop says.
func without(log []seen.Observation, drop func(seen.Observation) bool) (out []seen.Observation) {
	for _, o := range log {
		if !drop(o) {
			out = append(out, o)
		}
	}
	return out
}
