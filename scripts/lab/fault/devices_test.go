package fault_test

import (
	"context"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/seen"
	"edgeprobe.io/scripts/lab/world"
)

const (
	patient = 40 * time.Second // how long a test waits for what must happen soon
	silence = 3 * time.Second  // without a heartbeat, where one comes each second
)

// devicesFeel starts the devices and does to them and to the broker what can befall them: who goes silent on the
// feed, and that all are heard again afterwards.
func devicesFeel(t *testing.T, w *world.World) {
	for _, d := range w.Topology.Devices {
		if err := w.StartDevice(d.ID); err != nil {
			t.Fatal(err)
		}
	}
	all := []string{"newyork", "berlin"}
	speak(t, w, all...)
	t.Run("clocks", func(t *testing.T) { clockJumps(t, w) })
	for _, c := range []struct {
		verb, with string
		silent     []string
	}{
		{"broker-stopped", "", all},
		{"broker-restarted", "", nil},
		{"broker-frozen", "", all},
		{"broker-partitioned", "", all},
		{"broker-partitioned", "of=berlin", []string{"berlin"}},
		{"broker-slow", "by=300ms", nil},
		{"broker-refuses", "", all},
		{"device-killed", "of=berlin", []string{"berlin"}},
		{"device-stopped", "of=berlin", []string{"berlin"}},
		{"device-restarted", "of=berlin", nil},
		{"device-power-cycled", "of=newyork", nil},
		{"device-freeze", "of=newyork", []string{"newyork"}},
		{"device-cpu-starved", "of=newyork percent=30", nil},
		{"device-oom-killed", "of=berlin", nil},
		{"clock-jump", "of=berlin by=3h", nil},
		{"storage-corrupt", "of=berlin", nil},
		{"storage-lost", "of=berlin", nil},
		{"storage-readonly", "of=berlin", nil},
		{"storage-full", "of=newyork", nil},
	} {
		t.Run(c.verb+" "+c.with, func(t *testing.T) {
			try(t, w, c.verb, with(c.with), func() {
				hush(t, w, c.silent...)
				for _, d := range all {
					if len(c.silent) == 0 || len(c.silent) == 1 && c.silent[0] != d {
						speak(t, w, d)
					}
				}
			})
			speak(t, w, all...)
		})
	}
}

// clockJumps holds that a device whose clock is three hours fast dates what it says so, before and after a restart.
func clockJumps(t *testing.T, w *world.World) {
	const fast = 3 * time.Hour
	dated := func(want time.Duration) {
		t.Helper()
		since := w.Now()
		if err := w.StopDevice("berlin"); err != nil {
			t.Fatal(err)
		}
		if err := w.StartDevice("berlin"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patient)
		defer cancel()
		var off time.Duration
		if !w.Log.Wait(ctx, func(all []seen.Observation) bool {
			for _, o := range all {
				at, err := time.Parse(time.RFC3339, o.Text("started_at"))
				if o.Kind == "status" && o.Device == "berlin" && o.At > since && o.Text("state") == "online" && err == nil {
					off = time.Until(at) - want
					return true
				}
			}
			return false
		}) || off < -time.Minute || off > time.Minute {
			t.Errorf("its birth is dated %v wrongly, beside the %v that it should be", off, want)
		}
	}
	try(t, w, "clock-jump", with("of=berlin by=3h"), func() { dated(fast) })
	dated(0)
}

// beats returns how many heartbeats of a device came at or after a time.
func beats(all []seen.Observation, device string, since time.Duration) (n int) {
	for _, o := range all {
		if o.Source == seen.Feed && o.Kind == "heartbeat" && o.Device == device && o.At >= since {
			n++
		}
	}
	return n
}

// speak waits until devices are heard anew.
func speak(t *testing.T, w *world.World, devices ...string) {
	t.Helper()
	since := w.Now()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if !w.Log.Wait(ctx, func(all []seen.Observation) bool {
		for _, d := range devices {
			if beats(all, d, since) < 2 {
				return false
			}
		}
		return true
	}) {
		t.Errorf("%v are not all heard: %v", devices, w.Cause())
	}
}

// hush waits until devices are silent for a while, all at once.
func hush(t *testing.T, w *world.World, devices ...string) {
	t.Helper()
	for began := time.Now(); len(devices) > 0; {
		since := w.Now()
		ctx, cancel := context.WithTimeout(t.Context(), silence)
		loud := w.Log.Wait(ctx, func(all []seen.Observation) bool {
			n := 0
			for _, d := range devices {
				n += beats(all, d, since)
			}
			return n > 0
		})
		cancel()
		switch {
		case !loud:
			return
		case time.Since(began) > patient:
			t.Errorf("%v are not silent", devices)
			return
		}
	}
}
