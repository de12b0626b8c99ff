package main

import (
	"testing"

	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/wire"
)

// TestABrokerThatAcknowledgesNothing: nothing ever counts as sent, and everything arrives when a broker takes its
// place that does its work.
func TestABrokerThatAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		acks func(topic string) bool
		kind wire.Kind // that must have been published before the device is stopped
		n    int
	}{
		"nothing":         {func(string) bool { return false }, wire.KindStatus, 1},
		"births only":     {func(topic string) bool { return topic == wire.Status("newyork") }, wire.KindEvent, 10},
		"all but history": {notHistory, wire.KindEvent, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := newDeaf(t, c.acks)
			f := newFleet(t, "mqtt://"+fake.Addr().String())
			d := f.devices[0]
			f.set(true)
			d.start()
			eventually(t, "the device has seen much and published what it could", func() bool {
				return f.asked("127.0.11.1") > 40 && f.asked("127.0.11.2") > 40 && fake.count(c.kind) >= c.n
			})
			d.stop()
			if n := fake.count(wire.KindEvent); c.n == 1 && n > 0 {
				t.Errorf("%d events went to a broker that had acknowledged nothing", n)
			}
			before := d.journal()
			for _, class := range []store.Class{store.Transitions, store.Results} {
				if cursor := before.Cursor("main", class); cursor != (store.Cursor{}) {
					t.Errorf("%s count as sent: %+v; no broker acknowledged one", class, cursor)
				}
			}
			_, made := before.Last()
			if made < 10 {
				t.Fatalf("the device made %d transitions only; that proves nothing", made)
			}
			fake.close()
			deliver(t, f, d, mosquittotest.StartAt(t, fake.Addr().String()), int(made))
		})
	}
}

func notHistory(topic string) bool {
	kind := message{topic: topic}.kind()
	return kind != wire.KindEvent && kind != wire.KindResults
}

// deliver starts the device again, now that there is a broker, and waits for its history.
func deliver(t *testing.T, f *fleet, d *device, b *mosquittotest.Broker, made int) {
	t.Helper()
	c := consume(t, b)
	f.set(false)
	d.start()
	c.await("history has come", func([]message) bool { return len(c.events(d.id)) > made })
	c.await("its services are up", func(ms []message) bool {
		for _, s := range services() {
			if decisionOn(t, ms, d.id, s).Status != "up" {
				return false
			}
		}
		return true
	})
	d.stop()
	c.await("it has said goodbye", func(ms []message) bool { return gone(t, ms, d.id) })
	journal := d.journal()
	c.has(d, journal)
	if _, last := journal.Last(); journal.Cursor("main", store.Transitions).Done != last {
		t.Errorf("cursor %+v, want all %d transitions done", journal.Cursor("main", store.Transitions), last)
	}
}
