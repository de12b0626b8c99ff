package fault_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/seen"
	"edgeprobe.io/scripts/lab/world"
)

const (
	patient = 60 * time.Second // how long a test waits for what must happen soon
	silence = 3 * time.Second  // without a heartbeat, where one comes each second
)

// beatTest is a fault, and who goes silent on the feed by it.
type beatTest struct {
	verb, with string
	silent     []string
}

// both are the devices of the usual world.
func both() []string { return []string{"newyork", "berlin"} }

// devicesFeel starts the devices and does each fault: who goes silent, and that all are heard again afterwards.
func devicesFeel(t *testing.T, w *world.World, all []beatTest) {
	for _, d := range both() {
		if err := w.StartDevice(d); err != nil {
			t.Fatal(err)
		}
	}
	speak(t, w, 0, 2, both()...)
	for _, c := range all {
		t.Run(c.verb+" "+c.with, func(t *testing.T) {
			try(t, w, c.verb, with(c.with), func() {
				done := w.Now()
				hush(t, w, c.silent...)
				speak(t, w, done, 2, slices.DeleteFunc(both(), func(d string) bool { return slices.Contains(c.silent, d) })...)
			})
			speak(t, w, w.Now(), 1, both()...)
		})
	}
}

func TestDevicesFeelTheBroker(t *testing.T) {
	play(t, func(t *testing.T, w *world.World) {
		devicesFeel(t, w, []beatTest{
			{"broker-stopped", "", both()},
			{"broker-restarted", "", nil},
			{"broker-frozen", "", both()},
			{"broker-partitioned", "", both()},
			{"broker-partitioned", "of=berlin", []string{"berlin"}},
			{"broker-slow", "by=300ms", nil},
			{"broker-refuses", "", both()},
		})
	})
}

func TestDevicesFeelTheirOwnFaults(t *testing.T) {
	play(t, func(t *testing.T, w *world.World) {
		devicesFeel(t, w, []beatTest{
			{"device-killed", "of=berlin", []string{"berlin"}},
			{"device-stopped", "of=berlin", []string{"berlin"}},
			{"device-restarted", "of=berlin", nil},
			{"device-power-cycled", "of=newyork", nil},
			{"device-freeze", "of=newyork", []string{"newyork"}},
			{"device-cpu-starved", "of=newyork percent=30", nil},
			{"device-oom-killed", "of=berlin", nil},
			{"clock-jump", "of=berlin by=3h", nil},
			{"device-memory-starved", "of=berlin mib=64", []string{"berlin"}},
			{"device-misconfigured", "of=berlin how=refused", []string{"berlin"}},
			{"storage-corrupt", "of=berlin", nil},
			{"storage-lost", "of=berlin", nil},
			{"storage-readonly", "of=berlin", nil},
			{"storage-full", "of=newyork", nil},
		})
		t.Run("clocks", func(t *testing.T) { clockJumps(t, w) })
		t.Run("storage-slow", func(t *testing.T) { slowStorage(t, w) })
		t.Run("device-misconfigured", func(t *testing.T) { wrongPage(t, w) })
	})
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

// speak waits until devices have been heard so often since then.
func speak(t *testing.T, w *world.World, since time.Duration, times int, devices ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if !w.Log.Wait(ctx, func(all []seen.Observation) bool {
		for _, d := range devices {
			if beats(all, d, since) < times {
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

// slowStorage holds that a device whose card is slow tells of an outage before it is kept, also after a restart.
func slowStorage(t *testing.T, w *world.World) {
	try(t, w, "storage-slow", with("of=berlin by=1500ms"), func() {
		if err := w.StopDevice("berlin"); err != nil {
			t.Fatal(err)
		}
		if err := w.StartDevice("berlin"); err != nil {
			t.Fatal(err)
		}
		since := w.Now()
		w.Revoke()
		await(t, w, "berlin tells what it has not kept", func(o seen.Observation) bool {
			kept, told := o.Fields["durable"].(bool)
			return o.Device == "berlin" && o.Kind == "event" && o.At > since && told && !kept
		})
	})
	w.Restore(nil)
}

// wrongPage holds that a device with a wrong address in its config votes against the shop.
func wrongPage(t *testing.T, w *world.World) {
	since := w.Now()
	votes := func(state string) func(seen.Observation) bool {
		return func(o seen.Observation) bool {
			return o.Device == "berlin" && o.Kind == "vote" && o.Subject == "shop" && o.At > since && o.Text("state") == state
		}
	}
	try(t, w, "device-misconfigured", with("of=berlin how=elsewhere"), func() { await(t, w, "berlin votes against the shop", votes("fail")) })
	since = w.Now()
	await(t, w, "berlin votes for the shop", votes("pass"))
}

// await waits for something to be seen.
func await(t *testing.T, w *world.World, what string, ok func(seen.Observation) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if !w.Log.Wait(ctx, func(all []seen.Observation) bool { return slices.ContainsFunc(all, ok) }) {
		t.Errorf("waited %v in vain until %s; %v", patient, what, w.Cause())
	}
}
