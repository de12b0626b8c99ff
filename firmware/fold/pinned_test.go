package fold_test

import (
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/verdict"
)

// newCrossWorld is a world of two sites that also look at each other's edge by pinned address: check "far".
func newCrossWorld(tr truth) *world {
	w := &world{truth: tr, lag: func(string, string) time.Duration { return 30 * ms }}
	fl := fleet(2)
	for i, d := range fl {
		set := settings(d.ID, fl, time.Second)
		far := set.Rules[0]
		far.Ref.Name, far.Region = "far", fl[1-i].Region
		set.Rules = append([]verdict.Rule{far}, set.Rules...)
		dev := &device{w: w, id: d.ID}
		w.devices = append(w.devices, dev)
		dev.start(set)
	}
	return w
}

// edges is a truth in which each region's edge answers 503 from 30 s on until its end, for its own site and for
// those that look at it from afar.
func edges(ends map[string]time.Duration) truth {
	return func(t time.Duration, v firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		at := map[string]string{"dev0": "us", "dev1": "eu"}[v.Device]
		if ref.Name == "far" {
			at = map[string]string{"us": "eu", "eu": "us"}[at]
		}
		return outage(30*time.Second, ends[at])(t, v, ref)
	}
}

func TestARegionRecoversWhileAnotherFails(t *testing.T) {
	w := newCrossWorld(edges(map[string]time.Duration{"us": 60 * time.Second, "eu": 2 * time.Minute}))
	w.run(66 * time.Second)
	for _, d := range w.devices {
		if got := d.decision(); got.Status != firmware.StatusConfirmed || got.Regions[0].Status != firmware.StatusConfirmed || got.Regions[1].Status != firmware.StatusUp {
			t.Errorf("%s, 6 s after the us is good: %v (%s) %+v", d.id, got.Status, got.Why, got.Regions)
		}
	}
	w.run(90 * time.Second)
	for _, d := range w.devices {
		if level := d.state.Services["api"].Levels["wwan0"]; level != fold.LevelCalm {
			t.Errorf("%s: the metered uplink that saw the us good goes on at %v", d.id, level)
		}
	}
	w.run(126 * time.Second)
	for _, d := range w.devices {
		if got := d.decision(); got.Status != firmware.StatusUp {
			t.Errorf("%s in the end: %v (%s)", d.id, got.Status, got.Why)
		}
		d.replays(t, 1<<30)
		d.replays(t, 17)
	}
}

func TestAnEdgeThatFailsForItsCustomersAndFromAfarIsConfirmed(t *testing.T) {
	w := newCrossWorld(edges(map[string]time.Duration{"us": 0, "eu": time.Hour}))
	w.run(35 * time.Second)
	for _, d := range w.devices {
		if got := d.decision(); got.Status != firmware.StatusConfirmed || len(got.Scope.Targets) != 1 || len(got.Scope.Observers) != 2 {
			t.Errorf("%s: %v (%s), scope %+v", d.id, got.Status, got.Why, got.Scope)
		}
	}
}
