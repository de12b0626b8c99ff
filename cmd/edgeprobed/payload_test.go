package main

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/block"
	"edgeprobe.io/firmware/wire"
)

// fits holds every JSON payload to the schema of its kind.
func fits(t *testing.T, ms []message) {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	files, err := fs.Glob(wire.Schemas(), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := fs.ReadFile(wire.Schemas(), file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("urn:edgeprobe:schema:v1:"+strings.TrimSuffix(file, ".json"), doc); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range ms {
		if m.kind() == wire.KindResults || len(m.payload) == 0 {
			continue
		}
		schema, err := c.Compile("urn:edgeprobe:schema:v1:" + string(m.kind()))
		if err != nil {
			t.Fatalf("a message of no known kind came on %s: %v", m.topic, err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(m.payload)))
		if err == nil {
			err = schema.Validate(doc)
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", m.topic, err, m.payload)
		}
	}
}

// believed opens all that a device signed with its key of the fleet list, and with no other.
func believed(t *testing.T, f *fleet, d *device, ms []message) {
	t.Helper()
	n, failing := map[wire.Kind]int{}, map[string]bool{}
	for _, m := range ms {
		topic, err := wire.Parse(m.topic)
		if err != nil || topic.Device != d.id {
			continue
		}
		n[topic.Kind]++
		if topic.Kind != wire.KindVote && topic.Kind != wire.KindHeartbeat {
			continue
		}
		heard, err := wire.Open(m.topic, m.payload, d.public)
		if err != nil {
			t.Errorf("%s is not believed: %v", m.topic, err)
			continue
		}
		for _, other := range f.devices {
			if _, err := wire.Open(m.topic, m.payload, other.public); err == nil && other != d {
				t.Errorf("%s is believed under the key of %s", m.topic, other.id)
			}
		}
		if heard.Votes == nil {
			continue
		}
		for _, v := range heard.Votes.Votes {
			if v.State == firmware.VoteFail && v.Impact == firmware.ImpactDown {
				failing[topic.Key+"/"+v.Uplink] = true
			}
		}
	}
	if len(failing) != 2*len(services()) {
		t.Errorf("%s voted fail on %v, want on each service over each uplink", d.id, failing)
	}
	for _, k := range []wire.Kind{wire.KindStatus, wire.KindHeartbeat, wire.KindVote, wire.KindDecision, wire.KindUplink, wire.KindEvent, wire.KindResults} {
		if n[k] == 0 {
			t.Errorf("nothing of kind %s came from %s: %v", k, d.id, n)
		}
	}
}

// unmeasured returns which checks have not come as results, well and failing, over each uplink of each device.
func (f *fleet) unmeasured(t *testing.T, ms []message) map[string]bool {
	t.Helper()
	missing := map[string]bool{}
	for _, d := range f.devices {
		for _, u := range []string{"eth0", "lte"} {
			for _, s := range services() {
				missing[d.id+"/"+u+"/"+s+"/"+string(firmware.OutcomeOK)] = true
				missing[d.id+"/"+u+"/"+s+"/"+string(firmware.OutcomeHTTPStatus)] = true
			}
		}
	}
	for _, m := range ms {
		topic, err := wire.Parse(m.topic)
		if err != nil || topic.Kind != wire.KindResults {
			continue
		}
		r, err := wire.DecodeResults(m.payload)
		if err != nil {
			t.Fatalf("%s: %v", m.topic, err)
		}
		results, err := block.Decode(r.Block)
		if err != nil {
			t.Fatalf("%s: %v", m.topic, err)
		}
		for _, one := range results {
			delete(missing, topic.Device+"/"+one.Result.Uplink+"/"+one.Result.Check.Service+"/"+string(one.Result.Outcome))
		}
	}
	return missing
}
