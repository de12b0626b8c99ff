package judge

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// TestSightingsOfThePayloads holds the judge to the feed's own examples: a field that is renamed there would
// otherwise be asked for in vain here.
func TestSightingsOfThePayloads(t *testing.T) {
	read := func(name string) map[string]any {
		data, err := os.ReadFile("../../../firmware/wire/testdata/golden/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	event := read("event.decision")
	changed := event["data"].(map[string]any)
	changed["id"] = event["id"]
	for _, c := range []struct {
		kind, subject string
		fields        map[string]any
		want          scenario.Kind
		state         string
		says          map[string][]string
	}{
		{"decision", "recorder", read("decision"), scenario.SeeDecision, "confirmed", map[string][]string{
			"impact": {"masked"}, "targets": {"eu", "us"}, "observers": {"eu"}, "incident": {"berlin/000000001badcafe/40"},
			"aliases": {"newyork/000000000000feed/9"}, "view": {"full"}, "witnesses": {"enough"}, "masked": {"3180"}, "regions": {"eu confirmed"},
			"acked_by": {"ada"}, "severity": {"critical"}, "voters": {"4"},
		}},
		{"uplink", "eth0", read("uplink"), scenario.SeeUplink, "blind", map[string][]string{"network": {"hansa-dsl"}}},
		{"status", "", read("status"), scenario.SeeStatus, "online", nil},
		{"status", "", read("status.will"), scenario.SeeStatus, "offline", map[string][]string{"clean": {"false"}}},
		{"event", "shop", changed, scenario.SeeEvent, "confirmed", map[string][]string{"kind": {"decision"}, "impact": {"masked"}}},
	} {
		s := sightings(seen.Observation{Source: seen.Feed, Device: "berlin", Kind: c.kind, Subject: c.subject, Fields: c.fields})[0]
		if s.kind != c.want || s.state != c.state {
			t.Errorf("%s is %s %q, want %s %q", c.kind, s.kind, s.state, c.want, c.state)
		}
		for name, want := range c.says {
			if d := cmp.Diff(want, s.says[name]); d != "" {
				t.Errorf("%s says of %s (-want +got)\n%s", c.kind, name, d)
			}
		}
	}
}
