package world_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/labtest"
	"edgeprobe.io/scripts/lab/seen"
	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

// TestMain: the tests play in rooms of their own.
func TestMain(m *testing.M) { labtest.Main(m) }

// patient is how long a test waits for what must happen soon.
const patient = 60 * time.Second

// await waits for observations.
func await(t *testing.T, w *world.World, what string, ok func([]seen.Observation) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if !w.Log.Wait(ctx, ok) {
		for _, o := range w.Log.All() {
			if o.Kind == "event" {
				t.Log(o)
			}
		}
		t.Fatalf("waited %v in vain until %s; %v", patient, what, w.Cause())
	}
}

// TestAnOutageInTheWorld brings the default world up, waits for green, takes the account away and gives it back.
func TestAnOutageInTheWorld(t *testing.T) { labtest.Room(t, anOutage) }

func anOutage(t *testing.T) {
	w, err := world.Open(t.Context(), world.Default(), world.Options{Daemon: labtest.Daemon()})
	if err != nil {
		t.Fatal(err)
	}
	enclosed(t, w)
	for _, d := range w.Topology.Devices {
		if err := w.StartDevice(d.ID); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	if err := w.AwaitGreen(ctx); err != nil {
		t.Fatal(err)
	}
	w.Begin()
	w.Revoke()
	await(t, w, "the shop's outage is confirmed at both", decided("shop", "confirmed", "down"))
	await(t, w, "the recorder's is masked by the caches", decided("recorder", "confirmed", "masked"))
	w.Restore(nil)
	await(t, w, "the shop is up again at both", decided("shop", "up", ""))
	if err := w.StopDevices(); err != nil {
		t.Error(err)
	}
	if err := w.Collect(); err != nil {
		t.Error(err)
	}
	heard(t, w)
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := w.Cause(); err != nil {
		t.Errorf("the world failed: %v", err)
	}
}

// enclosed holds that no node has an interface but loopback and the ends of the plan's links: there is no way out.
func enclosed(t *testing.T, w *world.World) {
	t.Helper()
	plan := w.Net().Plan()
	for _, node := range plan.Nodes {
		want := []string{"lo"}
		for _, l := range plan.Links {
			for _, e := range []wires.End{l.A, l.B} {
				if e.Node == node.Name {
					want = append(want, e.Iface)
				}
			}
		}
		var got []string
		err := w.Net().In(node.Name, func() error {
			all, err := net.Interfaces()
			for _, i := range all {
				got = append(got, i.Name)
			}
			return err
		})
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has the interfaces %v, want %v: %v", node.Name, got, want, err)
		}
	}
}

// decided reports whether both devices' newest decision on a service is so.
func decided(service, status, impact string) func([]seen.Observation) bool {
	return func(all []seen.Observation) bool {
		last := map[string]bool{}
		for _, o := range all {
			if o.Source == seen.Feed && o.Kind == "decision" && o.Subject == service && o.At > 0 {
				last[o.Device] = o.Text("status") == status && (impact == "" || o.Text("impact") == impact)
			}
		}
		return last["newyork"] && last["berlin"]
	}
}

// heard holds that what the stores hold came over the feed, and at the same time.
func heard(t *testing.T, w *world.World) {
	t.Helper()
	events := map[string]seen.Observation{}
	for _, o := range w.Log.All() {
		if o.Kind == "event" {
			events[o.Text("id")] = o
		}
	}
	n := map[string]int{}
	for _, o := range w.Log.All() {
		if o.Source != seen.Store {
			continue
		}
		n[o.Device]++
		number, _ := o.Number("sequence")
		e, came := events[fmt.Sprintf("%s/%s/%d", o.Device, o.Text("epoch"), int(number))]
		if !came || e.Subject != o.Subject || e.Text("to") != o.Text("to") {
			t.Errorf("%v did not come over the feed: %v", o, e)
		} else if late := e.At - o.At; late < -10*time.Millisecond || late > patient {
			t.Errorf("%v came %v later", o, late)
		}
	}
	if n["newyork"] < 8 || n["berlin"] < 8 {
		t.Errorf("the stores hold %v transitions of a whole outage", n)
	}
}
