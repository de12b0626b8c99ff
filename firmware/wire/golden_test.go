package wire_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/wire"
)

var update = flag.Bool("update", false, "write the golden payloads anew")

func base64of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// clock is a boot at a fixed time with a synchronised clock; other boots than 7 are not known.
type clock struct{}

func (clock) Wall(s firmware.Stamp) (time.Time, firmware.ClockQuality) {
	if s.Boot != (firmware.BootID{7}) {
		return time.Time{}, firmware.ClockUnknown
	}
	return time.Date(2025, 1, 22, 9, 0, 0, 0, time.FixedZone("CET", 3600)).Add(s.Up), firmware.ClockSynced
}

func at(up time.Duration) firmware.Stamp { return firmware.Stamp{Boot: firmware.BootID{7}, Up: up} }

func status() wire.StatusMessage {
	return wire.StatusMessage{
		State: wire.StateOnline, Device: "berlin", Broker: "main", Session: 12, BootID: firmware.BootID{7}.String(), Version: "0.1.0",
	}
}

func decision() firmware.Decision {
	return firmware.Decision{
		Service: "recorder", Status: firmware.StatusConfirmed, Impact: firmware.ImpactMasked,
		Scope:     firmware.Scope{Targets: []string{"eu", "us"}, Observers: []string{"eu"}},
		Witnesses: firmware.WitnessesEnough, Voters: 4, Failing: 4, FullView: true, Digest: "5b1f", Started: at(310 * time.Millisecond),
		Confirmed: at(700 * time.Millisecond), Incident: firmware.ID{Device: "berlin", Epoch: 0x1badcafe, Sequence: 40},
		Aliases: []firmware.ID{{Device: "newyork", Epoch: 0xfeed, Sequence: 9}}, AckedBy: "ada", MaskedFor: 53*time.Minute + time.Millisecond,
		Regions: []firmware.RegionDecision{{Region: "eu", Status: firmware.StatusConfirmed, Impact: firmware.ImpactMasked}},
		Why:     "the origin is dead; a cached copy can hide it for at least 53 more minutes",
	}
}

// payloads makes one payload of every JSON kind; the name before the dot is its schema.
func payloads(t *testing.T) map[string][]byte {
	made := map[string][]byte{}
	put := func(name string, payload []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made[name] = payload
	}
	p, err := wire.EncodeStatus(status(), at(0), clock{})
	put("status", p, err)
	p, err = wire.EncodeStatus(wire.StatusMessage{State: wire.StateOffline, Device: "berlin", BootID: firmware.BootID{7}.String()}, firmware.Stamp{}, clock{})
	put("status.will", p, err)
	p, err = wire.Sign(wire.Vote("berlin", "api"), key(1), sample())
	put("vote", p, err)
	p, err = wire.Sign(wire.Vote("berlin", "api"), nil, sample())
	put("vote.unsigned", p, err)
	beat := fold.Beat{Epoch: 0x1badcafe, Sequence: 42, Every: 30 * time.Second, Clock: firmware.ClockSynced, Stands: []fold.Stand{
		{Service: "api", Sequence: 41, Ages: []time.Duration{81 * time.Millisecond, -1}},
	}}
	p, err = wire.Sign(wire.Heartbeat("berlin"), key(1), beat)
	put("heartbeat", p, err)
	ack := fold.Ack{Service: "api", Incident: firmware.ID{Device: "berlin", Epoch: 0x1badcafe, Sequence: 40}, By: "ada"}
	p, err = wire.Sign(wire.Ack("berlin", "api"), key(1), ack)
	put("ack", p, err)
	p, err = wire.EncodeDecision("berlin", decision(), clock{})
	put("decision", p, err)
	p, err = wire.EncodeDecision("berlin", firmware.Decision{Service: "api", Status: firmware.StatusUnknown, Witnesses: firmware.WitnessesNone}, clock{})
	put("decision.unknown", p, err)
	p, err = wire.EncodeUplink("berlin", fold.UplinkView{
		Name: "eth0", Network: "hansa-dsl", Sight: fold.SightBlind, Since: at(time.Second), Good: 0, Controls: 3, Why: "0 of 3 controls answer",
	}, clock{})
	put("uplink", p, err)
	d, v := decision(), sample().Votes[0].Vote
	v.Since, v.Evidence = at(310*time.Millisecond), at(600*time.Millisecond)
	for name, tr := range map[string]fold.Transition{
		"event.decision": {Seq: 44, At: at(700 * time.Millisecond), Kind: "decision", Subject: "recorder", From: "suspected", To: "confirmed", Decision: &d, Why: d.Why},
		"event.vote":     {Seq: 40, At: at(620 * time.Millisecond), Kind: "vote", Subject: "api/eth0", From: "pending", To: "fail", Vote: &v, Why: v.Why},
		"event.part":     {Seq: 45, At: at(900 * time.Millisecond), Kind: "part", Subject: "feed/main", From: "down", To: "up"},
	} {
		p, err = wire.EncodeEvent("berlin", 0x1badcafe, tr, wire.Sending{Now: at(time.Second), Durable: true}, clock{})
		put(name, p, err)
	}
	p, err = wire.EncodeMetrics(fold.ServiceView{Decision: d, Checks: []fold.CheckView{
		{Name: "home", Uplink: "eth0", Outcome: firmware.OutcomeOK, Took: 81250 * time.Microsecond},
		{Name: "home", Uplink: "wwan-0", Outcome: firmware.OutcomeHTTPStatus, Took: 3 * time.Millisecond},
	}})
	put("metrics", p, err)
	p, err = wire.EncodeHomeAssistant(wire.Discovered{Device: "berlin", Site: "berlin", Version: "0.1.0", Services: []string{"api"}, Uplinks: []string{"eth0"}})
	put("homeassistant", p, err)
	return made
}

func TestPayloadsAreGolden(t *testing.T) {
	for name, payload := range payloads(t) {
		var pretty any
		if err := json.Unmarshal(payload, &pretty); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := json.MarshalIndent(pretty, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, '\n')
		file := filepath.Join("testdata", "golden", name+".json")
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s changed; consumers rely on it (-want +got)\n%s", name, diff)
		}
		if len(payload) >= wire.MaxPayload {
			t.Errorf("%s has %d bytes", name, len(payload))
		}
	}
}

// schemas compiles every schema, with formats asserted.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	files, err := fs.Glob(wire.Schemas(), "*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	for _, file := range files {
		data, err := fs.ReadFile(wire.Schemas(), file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := c.AddResource("urn:edgeprobe:schema:v1:"+strings.TrimSuffix(file, ".json"), doc); err != nil {
			t.Fatal(err)
		}
	}
	compiled := map[string]*jsonschema.Schema{}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".json")
		if compiled[name], err = c.Compile("urn:edgeprobe:schema:v1:" + name); err != nil {
			t.Fatal(err)
		}
	}
	return compiled
}

func TestPayloadsFitTheirSchemas(t *testing.T) {
	compiled, used := schemas(t), map[string]bool{}
	for name, payload := range payloads(t) {
		kind, _, _ := strings.Cut(name, ".")
		used[kind] = true
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(payload)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled[kind].Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if kind != "metrics" {
			undescribed(t, name, compiled[kind], doc)
		}
		// A schema that accepts anything proves nothing: each must miss every field it requires.
		object := doc.(map[string]any)
		for _, field := range compiled[kind].Required {
			kept := object[field]
			delete(object, field)
			if compiled[kind].Validate(object) == nil {
				t.Errorf("%s: fits its schema without %s", name, field)
			}
			object[field] = kept
		}
	}
	for kind := range compiled {
		if !used[kind] {
			t.Errorf("no payload is held against %s.json", kind)
		}
	}
}

// undescribed reports every field of value that its schema does not name.
func undescribed(t *testing.T, where string, s *jsonschema.Schema, value any) {
	for s != nil && s.Ref != nil {
		s = s.Ref
	}
	switch value := value.(type) {
	case map[string]any:
		for field, v := range value {
			if sub, ok := s.Properties[field]; ok {
				undescribed(t, where+"."+field, sub, v)
			} else if sub, ok := s.AdditionalProperties.(*jsonschema.Schema); ok {
				undescribed(t, where+"."+field, sub, v)
			} else {
				t.Errorf("%s.%s is in no schema", where, field)
			}
		}
	case []any:
		for _, v := range value {
			if s.Items2020 != nil {
				undescribed(t, where+"[]", s.Items2020, v)
			}
		}
	}
}

func TestAsyncAPINamesEveryTopic(t *testing.T) {
	data, err := fs.ReadFile(wire.Schemas(), "asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Channels   map[string]struct{ Address string }
		Operations map[string]struct {
			Action   string
			Channel  map[string]string
			Bindings struct {
				MQTT struct {
					QoS    byte `yaml:"qos"`
					Retain bool
				} `yaml:"mqtt"`
			}
		}
		Components struct {
			Messages map[string]struct{ Payload map[string]string }
		}
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	names := strings.NewReplacer("{device}", "berlin", "{service}", "api", "{uplink}", "eth0")
	addresses := map[string]string{}
	for name, c := range doc.Channels {
		addresses[names.Replace(c.Address)] = "#/channels/" + name
	}
	for topic, parsed := range topics() {
		channel, ok := addresses[topic]
		if !ok {
			t.Errorf("no channel has the address of %s", topic)
		}
		sent := false
		for name, op := range doc.Operations {
			if op.Channel["$ref"] == channel && op.Action == "send" {
				sent = true
				if m := op.Bindings.MQTT; m.QoS != parsed.QoS() || m.Retain != parsed.Retained() {
					t.Errorf("%s says QoS %d, retain %v; the code has %d, %v", name, m.QoS, m.Retain, parsed.QoS(), parsed.Retained())
				}
			}
		}
		if !sent {
			t.Errorf("no operation sends %s", topic)
		}
	}
	if _, ok := addresses[wire.HomeAssistant("berlin")]; !ok || len(addresses) != len(topics())+1 {
		t.Errorf("%d channels, want one for each of %d topics and Home Assistant's", len(addresses), len(topics()))
	}
	for name, m := range doc.Components.Messages {
		if ref, ok := m.Payload["$ref"]; ok {
			if _, err := fs.Stat(wire.Schemas(), strings.TrimPrefix(ref, "./")); err != nil {
				t.Errorf("message %s: %v", name, err)
			}
		} else if name != "results" {
			t.Errorf("message %s refers to no schema", name)
		}
	}
}
