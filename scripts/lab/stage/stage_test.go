package stage

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/scripts/lab/run"
	"edgeprobe.io/scripts/lab/scenario"
)

var _ run.World = (*Stage)(nil)

func TestTopology(t *testing.T) {
	got, err := topology(scenario.World{
		Devices: []string{"berlin", "madrid"}, Every: 2 * time.Second, Metered: 20 * time.Second,
		Config: map[string][]byte{"all": []byte("{schedule: {slot: 2, recheck: 1s}, feed: null}"), "madrid": []byte("schedule: {slot: 3}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Every != 2*time.Second || got.Metered != 20*time.Second || len(got.Devices) != 2 {
		t.Fatalf("%+v", got)
	}
	for i, slot := range []int{2, 3} {
		want := map[string]any{"schedule": map[string]any{"slot": slot, "recheck": "1s"}, "feed": nil}
		if d := cmp.Diff(want, got.Devices[i].Overlay); d != "" {
			t.Errorf("%s (-want +got)\n%s", got.Devices[i].ID, d)
		}
	}
	if err := got.Check(); err != nil {
		t.Error(err)
	}
}

// TestCatalogIsWhole: scenarios may speak of everything that stands there and can be done.
func TestCatalogIsWhole(t *testing.T) {
	c := Catalog()
	if d := cmp.Diff([]string{"newyork", "berlin"}, c.Usual); d != "" {
		t.Error(d)
	}
	if len(c.Verbs) < 30 || len(c.Devices) != 4 || len(c.Regions) != 2 || len(c.Uplinks) != 2 {
		t.Errorf("%d verbs, %v, %v, %v", len(c.Verbs), c.Devices, c.Regions, c.Uplinks)
	}
}
