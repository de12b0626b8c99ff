package main

import (
	"testing"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

// TestKilledInTheMiddle kills a device again and again. It goes on where it was: what it said stays said, its numbers
// never come again for anything else, and an outage that was open is open.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	b := mosquittotest.Start(t)
	c, f := consume(t, b), newFleet(t, b.URL())
	d := f.devices[1]
	f.start()
	c.await("every service is up at both devices", decided(t, f, "up"))
	f.set(true)
	c.await("every outage is confirmed at both devices", decided(t, f, "confirmed"))
	c.await("every vantage votes fail", func(ms []message) bool { return allFail(t, f, ms) })
	c.await("both devices name the same incidents", func(ms []message) bool { return sameIncidents(t, f, ms) })
	open := f.incidents(t, c, d)
	again(t, c, d)
	c.await("the outages are known again", func(ms []message) bool {
		reborn := after(t, ms, d.id, births(t, ms, d.id))
		for _, s := range services() {
			if newest(reborn, wire.Decision(d.id, s)) == nil {
				return false
			}
		}
		return true
	})
	for s, incident := range f.incidents(t, c, d) {
		if incident != open[s] {
			t.Errorf("after the restart the incident of %s is %s, it was %s", s, incident, open[s])
		}
	}
	f.flapping()
	for range 3 {
		n := len(c.events(d.id))
		c.await("more has happened", func([]message) bool { return len(c.events(d.id)) > n+15 })
		again(t, c, d)
	}
	f.set(false)
	c.await("every service is up at both devices after all", decided(t, f, "up"))
	f.stop()
	c.await("both have said goodbye", func(ms []message) bool { return gone(t, ms, "newyork") && gone(t, ms, "berlin") })
	for _, d := range f.devices {
		journal := d.journal()
		n := c.has(d, journal)
		if replayed, err := journal.Replay(); err != nil || replayed.Transitions != n {
			t.Errorf("%s: %d of %d transitions replay: %v", d.id, replayed.Transitions, n, err)
		}
	}
}

// again kills the device, starts it on the same store and waits for its birth.
func again(t *testing.T, c *consumer, d *device) {
	t.Helper()
	got, _ := c.all()
	n := births(t, got, d.id)
	d.kill()
	d.start()
	c.await("it is born again", func(ms []message) bool { return births(t, ms, d.id) > n })
}

// after returns what came after a device's nth birth.
func after(t *testing.T, ms []message, device string, nth int) []message {
	t.Helper()
	for i := range ms {
		if births(t, ms[:i+1], device) == nth {
			return ms[i+1:]
		}
	}
	return nil
}

// incidents are what a device says is going on with each service, all of it confirmed.
func (f *fleet) incidents(t *testing.T, c *consumer, d *device) map[string]string {
	t.Helper()
	ms, _ := c.all()
	out := map[string]string{}
	for _, s := range services() {
		m := decisionOn(t, ms, d.id, s)
		if m.Status != firmware.StatusConfirmed {
			t.Errorf("%s says that %s is %s, want confirmed", d.id, s, m.Status)
		}
		out[s] = m.Incident
	}
	return out
}
