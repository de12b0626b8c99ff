package main

import (
	"path/filepath"
	"testing"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

// accessList is the one line that writers need, what peers read of each other, and a consumer that reads all.
const accessList = `pattern write edgeprobe/v1/%u/#
pattern read edgeprobe/v1/+/status
pattern read edgeprobe/v1/+/heartbeat
pattern read edgeprobe/v1/+/vote/+
pattern read edgeprobe/v1/+/ack/+
user consumer
topic read edgeprobe/v1/#
`

func TestEverythingArrives(t *testing.T) {
	t.Parallel()
	list := filepath.Join(t.TempDir(), "acl")
	put(t, list, accessList)
	b := mosquittotest.Start(t, "acl_file "+list)
	c, f := consume(t, b), newFleet(t, b.URL())
	f.start()
	c.await("every service is up at both devices", decided(t, f, "up"))
	f.set(true)
	c.await("every outage is confirmed at both devices", decided(t, f, "confirmed"))
	c.await("every vantage votes fail", func(ms []message) bool { return allFail(t, f, ms) })
	c.await("both devices name the same incidents", func(ms []message) bool { return sameIncidents(t, f, ms) })
	f.set(false)
	c.await("every service is up again at both devices", decided(t, f, "up"))
	c.await("results of everything have come", func(ms []message) bool { return len(f.unmeasured(t, ms)) == 0 })
	f.stop()
	got, _ := c.all()
	fits(t, got)
	for _, d := range f.devices {
		believed(t, f, d, got)
		for _, source := range d.sources() {
			if f.asked(source) == 0 {
				t.Errorf("nobody asked the provider from %s", source)
			}
		}
		if n := c.has(d, d.journal()); n < 4*len(services()) {
			t.Errorf("%s made %d transitions in a whole outage of %d services", d.id, n, len(services()))
		}
	}
	kept(t, f, consume(t, b))
}

// sameIncidents reports whether the devices' newest decisions agree on what is going on.
func sameIncidents(t *testing.T, f *fleet, ms []message) bool {
	for _, s := range services() {
		var first string
		for _, d := range f.devices {
			m := decisionOn(t, ms, d.id, s)
			if m.Status != firmware.StatusConfirmed || m.Witnesses != firmware.WitnessesEnough || len(m.Scope.Observers) != 2 {
				return false
			}
			if first == "" {
				first = m.Incident
			}
			if m.Incident == "" || m.Incident != first {
				return false
			}
		}
	}
	return true
}

// allFail reports whether the devices' newest sheets say fail on each service over each uplink: until then an
// incident may still gain an episode, and a smaller name with it.
func allFail(t *testing.T, f *fleet, ms []message) bool {
	t.Helper()
	for _, d := range f.devices {
		for _, s := range services() {
			topic := wire.Vote(d.id, s)
			payload := newest(ms, topic)
			if payload == nil {
				return false
			}
			heard, err := wire.Open(topic, payload, d.public)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range heard.Votes.Votes {
				if v.State != firmware.VoteFail || v.Impact != firmware.ImpactDown {
					return false
				}
			}
		}
	}
	return true
}

// kept holds what the broker tells a late consumer to what each device published last.
func kept(t *testing.T, f *fleet, late *consumer) {
	t.Helper()
	want := map[string]bool{}
	for _, d := range f.devices {
		want[wire.Status(d.id)], want[wire.Uplink(d.id, "eth0")], want[wire.Uplink(d.id, "lte")] = true, true, true
		for _, s := range services() {
			want[wire.Vote(d.id, s)], want[wire.Decision(d.id, s)] = true, true
		}
	}
	late.await("all that the broker keeps", func(ms []message) bool { return len(ms) >= len(want) })
	got, _ := late.all()
	for _, m := range got {
		if !m.retained || !want[m.topic] {
			t.Errorf("%s came to a late consumer, retained %v", m.topic, m.retained)
		}
		delete(want, m.topic)
	}
	for topic := range want {
		t.Errorf("the broker keeps nothing on %s", topic)
	}
}
