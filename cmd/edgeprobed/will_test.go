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
	d.start()
	first := next("the birth", 1, wire.StateOnline, false)
	d.kill()
	will := next("the last will", 2, wire.StateOffline, false)
	if will.Session != first.Session || will.BootID != first.BootID {
		t.Errorf("the will speaks of session %d in boot %s, the birth was of %d in %s", will.Session, will.BootID, first.Session, first.BootID)
	}
	d.start()
	second := next("the second birth", 3, wire.StateOnline, false)
	if second.Session <= first.Session {
		t.Errorf("the second birth has session %d, the first had %d: sessions must grow", second.Session, first.Session)
	}
	d.stop()
	end := next("the goodbye", 4, wire.StateOffline, true)
	if end.Session != second.Session {
		t.Errorf("the goodbye speaks of session %d, the birth was of %d", end.Session, second.Session)
	}
	late := consume(t, b)
	late.await("what the broker keeps", func(ms []message) bool { return len(said(t, ms, d.id)) > 0 })
	got, _ := late.all()
	if s := said(t, got, d.id); len(s) != 1 || s[0].State != wire.StateOffline || !s[0].Clean {
		t.Errorf("the broker keeps %+v, want the goodbye", s)
	}
}
