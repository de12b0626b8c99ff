package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

// outage is how long the broker is away; EDGEPROBE_LONG makes it a minute.
func outage() time.Duration {
	if os.Getenv("EDGEPROBE_LONG") != "" {
		return time.Minute
	}
	return 15 * time.Second
}

// TestBrokerOutage takes the broker away while services come and go. Whatever happened meanwhile arrives afterwards:
// all of it, in order, and the journals that it came from replay to the same.
func TestBrokerOutage(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]syscall.Signal{"stopped": syscall.SIGTERM, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mosquittotest.Start(t, "persistence true", "max_inflight_messages 0")
			c, f := consume(t, b), newFleet(t, b.URL())
			f.start()
			c.await("every service is up at both devices", decided(t, f, "up"))
			f.flapping()
			c.await("there is load", func([]message) bool { return len(c.events("berlin")) > 40 && len(c.events("newyork")) > 40 })
			remember(t, b)
			from := time.Now()
			if s == syscall.SIGKILL { // it hangs before it dies, with messages that it has taken and never read
				b.Signal(syscall.SIGSTOP)
				n := f.asked("127.0.12.1")
				eventually(t, "much has happened since", func() bool { return f.asked("127.0.12.1") > n+30 })
			}
			b.End(s)
			<-time.After(outage())
			b.Launch()
			to := time.Now()
			// The feed tries again at random moments ever further apart, five minutes at most.
			c.awaitFor(outage()+6*time.Minute, "both devices have come back", func(ms []message) bool {
				return births(t, ms, "newyork") >= 2 && births(t, ms, "berlin") >= 2
			})
			t.Logf("the devices came back %v after the broker", time.Since(to).Round(time.Millisecond))
			f.set(false)
			c.await("every service is up at both devices after all", decided(t, f, "up"))
			f.stop()
			c.await("both have said goodbye", func(ms []message) bool { return gone(t, ms, "newyork") && gone(t, ms, "berlin") })
			for _, d := range f.devices {
				judge(t, c, d, from, to)
			}
		})
	}
}

// judge holds what came from a device to its journal, and its journal to itself.
func judge(t *testing.T, c *consumer, d *device, from, to time.Time) {
	t.Helper()
	journal := d.journal()
	all, during := c.has(d, journal), 0
	for _, e := range c.events(d.id) {
		if e.Time != nil && e.Time.After(from) && e.Time.Before(to) {
			during++
		}
	}
	if during < 50 {
		t.Errorf("%s: %d transitions happened during the outage; that is no load", d.id, during)
	}
	replayed, err := journal.Replay()
	if err != nil || replayed.Transitions != all {
		t.Errorf("%s: %d of %d transitions replay: %v", d.id, replayed.Transitions, all, err)
	}
	t.Logf("%s: %d transitions, %d of them during the outage; replayed from %v", d.id, all, during, replayed.From)
}

// remember makes the broker write down who has subscribed, so that a broker that was killed knows its consumer.
func remember(t *testing.T, b *mosquittotest.Broker) {
	t.Helper()
	b.Signal(syscall.SIGUSR1)
	eventually(t, "the broker's database is written", func() bool {
		_, err := os.Stat(filepath.Join(b.Dir, "mosquitto.db"))
		return err == nil
	})
}

// births counts the sessions that a device has begun. A broker that comes back tells of old ones again.
func births(t *testing.T, ms []message, device string) int {
	sessions := map[uint64]bool{}
	for _, s := range said(t, ms, device) {
		if s.State == wire.StateOnline {
			sessions[s.Session] = true
		}
	}
	return len(sessions)
}

// gone reports whether the last word of a device is its goodbye.
func gone(t *testing.T, ms []message, device string) bool {
	s := said(t, ms, device)
	return len(s) > 0 && s[len(s)-1].Clean
}
