package main

import (
	"testing"

	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

func TestLastWill(t *testing.T) {
	t.Parallel()
	b := mosquittotest.Start(t)
	c, f := consume(t, b), newFleet(t, b.URL())
	d := f.devices[0]
	next := func(what string, n int, state string, clean bool) wire.StatusMessage {
		t.Helper()
		c.await(what, func(ms []message) bool { return len(said(t, ms, d.id)) >= n })
		got, _ := c.all()
		s := said(t, got, d.id)[n-1]
		if s.State != state || s.Clean != clean || s.Broker != "main" || s.Version != "test" {
			t.Fatalf("status %d is %+v; want %s, clean %v", n, s, state, clean)
		}
		return s
	}
	var before wire.StatusMessage
	n := 0
	for range 5 { // killed right after its birth: the next must not be mistaken for it
		d.start()
		n++
		birth := next("the birth", n, wire.StateOnline, false)
		if birth.Session <= before.Session {
			t.Errorf("a birth has session %d, the one before had %d: sessions must grow", birth.Session, before.Session)
		}
		d.kill()
		n++
		will := next("the last will", n, wire.StateOffline, false)
		if will.Session != birth.Session || will.BootID != birth.BootID {
			t.Errorf("the will speaks of session %d in boot %s, the birth was of %d in %s", will.Session, will.BootID, birth.Session, birth.BootID)
		}
		before = birth
	}
	d.start()
	last := next("the last birth", n+1, wire.StateOnline, false)
	d.stop()
	end := next("the goodbye", n+2, wire.StateOffline, true)
	if end.Session != last.Session {
		t.Errorf("the goodbye speaks of session %d, the birth was of %d", end.Session, last.Session)
	}
	late := consume(t, b)
	late.await("what the broker keeps", func(ms []message) bool { return len(said(t, ms, d.id)) > 0 })
	got, _ := late.all()
	if s := said(t, got, d.id); len(s) != 1 || s[0].State != wire.StateOffline || !s[0].Clean {
		t.Errorf("the broker keeps %+v, want the goodbye", s)
	}
}
