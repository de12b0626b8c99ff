package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/wire"
)

// events are a device's events after dedupe, in the order in which they first came. One that comes again must be the
// same, but for how it was sent.
func (c *consumer) events(device string) []wire.EventMessage {
	c.t.Helper()
	got, _ := c.all()
	return dedupe(c.t, got, device)
}

func dedupe(t *testing.T, ms []message, device string) (out []wire.EventMessage) {
	t.Helper()
	first := map[string]*wire.EventMessage{}
	for _, m := range ms {
		if m.event == nil || m.topic != wire.Event(device) {
			continue
		}
		before, again := first[m.event.ID]
		if !again {
			first[m.event.ID] = m.event
			out = append(out, *m.event)
		} else if a, b := content(t, *before), content(t, *m.event); !bytes.Equal(a, b) {
			t.Errorf("%s came twice, with other content:\n%s\n%s", m.event.ID, a, b)
		}
	}
	return out
}

// content is an event without how it was sent.
func content(t *testing.T, e wire.EventMessage) []byte {
	t.Helper()
	e.Replayed, e.Durable = false, true
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// has holds the events of a device to its journal: each transition, once, in order, none missing. It returns how
// many there are.
func (c *consumer) has(d *device, journal *store.Store) int {
	c.t.Helper()
	stored, err := journal.Transitions(0, 1<<20)
	if err != nil {
		c.t.Fatal(err)
	}
	came := c.events(d.id)
	for i, e := range came {
		if i >= len(stored) {
			c.t.Errorf("%s: event %s came, but is in no journal", d.id, e.ID)
			return len(stored)
		}
		want := stored[i]
		id, err := wire.ParseID(e.ID)
		if err != nil || id.Epoch != journal.Epoch() || id.Sequence != want.Seq || e.Subject != want.Subject || e.Data.From != want.From || e.Data.To != want.To {
			c.t.Errorf("%s: event %d that came is %s (%s from %s to %s), the journal has %d (%s from %s to %s): order or loss",
				d.id, i+1, e.ID, e.Subject, e.Data.From, e.Data.To, want.Seq, want.Subject, want.From, want.To)
			return len(stored)
		}
	}
	if len(came) < len(stored) {
		c.t.Errorf("%s: %d of %d transitions came; missing from %+v on", d.id, len(came), len(stored), stored[len(came)])
	}
	return len(stored)
}

// decided reports whether the newest event on each service at each device says that it is in state to.
func decided(t *testing.T, f *fleet, to string) func([]message) bool {
	return func(ms []message) bool {
		for _, d := range f.devices {
			now := map[string]string{}
			for _, e := range dedupe(t, ms, d.id) {
				if e.Data.Kind == "decision" {
					now[e.Subject] = e.Data.To
				}
			}
			for _, s := range services() {
				if now[s] != to {
					return false
				}
			}
		}
		return true
	}
}

// said returns the statuses of a device, in their order.
func said(t *testing.T, ms []message, device string) (out []wire.StatusMessage) {
	t.Helper()
	for _, m := range ms {
		if m.topic != wire.Status(device) {
			continue
		}
		s, err := wire.DecodeStatus(m.payload)
		if err != nil {
			t.Fatalf("%s: %v: %s", m.topic, err, m.payload)
		}
		out = append(out, s)
	}
	return out
}

// decisionOn returns what a device says of a service: the newest snapshot, the zero value when none came.
func decisionOn(t *testing.T, ms []message, device, service string) (d wire.DecisionMessage) {
	t.Helper()
	if payload := newest(ms, wire.Decision(device, service)); payload != nil {
		if err := json.Unmarshal(payload, &d); err != nil {
			t.Fatal(err)
		}
	}
	return d
}
