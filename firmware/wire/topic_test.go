package wire_test

import (
	"strings"
	"testing"

	"edgeprobe.io/firmware/wire"
)

// topics is every topic function of v1 with the topic it must make.
func topics() map[string]wire.Topic {
	return map[string]wire.Topic{
		wire.Status("berlin"):          {Device: "berlin", Kind: wire.KindStatus},
		wire.Heartbeat("berlin"):       {Device: "berlin", Kind: wire.KindHeartbeat},
		wire.Vote("berlin", "api"):     {Device: "berlin", Kind: wire.KindVote, Key: "api"},
		wire.Decision("berlin", "api"): {Device: "berlin", Kind: wire.KindDecision, Key: "api"},
		wire.Uplink("berlin", "eth0"):  {Device: "berlin", Kind: wire.KindUplink, Key: "eth0"},
		wire.Ack("berlin", "api"):      {Device: "berlin", Kind: wire.KindAck, Key: "api"},
		wire.Event("berlin"):           {Device: "berlin", Kind: wire.KindEvent},
		wire.Results("berlin"):         {Device: "berlin", Kind: wire.KindResults},
		wire.Metrics("berlin", "api"):  {Device: "berlin", Kind: wire.KindMetrics, Key: "api"},
	}
}

func TestParseReadsEveryTopic(t *testing.T) {
	if len(topics()) != 9 {
		t.Fatalf("two topic functions make the same topic: %v", topics())
	}
	for topic, want := range topics() {
		got, err := wire.Parse(topic)
		if err != nil || got != want || got.String() != topic {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", topic, got, err, want)
		}
	}
}

func TestParseIsStrict(t *testing.T) {
	for _, topic := range []string{
		"", "edgeprobe/v1", "edgeprobe/v1/", "edgeprobe/v2/berlin/status", "edgeprobe/v1/berlin", "edgeprobe/v1/berlin/",
		"edgeprobe/v1//status", "edgeprobe/v1/Berlin/status", "edgeprobe/v1/+/status", "edgeprobe/v1/#",
		"edgeprobe/v1/berlin/status/", "edgeprobe/v1/berlin/status/x", "edgeprobe/v1/berlin/vote", "edgeprobe/v1/berlin/vote/",
		"edgeprobe/v1/berlin/vote/+", "edgeprobe/v1/berlin/vote/a/b", "edgeprobe/v1/berlin/vote/a\n", "edgeprobe/v1/berlin/gossip",
		" edgeprobe/v1/berlin/status", "/edgeprobe/v1/berlin/status", wire.HomeAssistant("berlin"),
		"edgeprobe/v1/" + strings.Repeat("a", 64) + "/status",
	} {
		if got, err := wire.Parse(topic); err == nil {
			t.Errorf("Parse(%q) = %+v, want an error", topic, got)
		}
	}
}

func TestDeliveryIsAsTheFeedPromises(t *testing.T) {
	want := map[wire.Kind]struct {
		retained bool
		qos      byte
	}{
		wire.KindStatus: {true, 1}, wire.KindHeartbeat: {false, 1}, wire.KindVote: {true, 1}, wire.KindDecision: {true, 1},
		wire.KindUplink: {true, 1}, wire.KindAck: {true, 1}, wire.KindEvent: {false, 1}, wire.KindResults: {false, 1},
		wire.KindMetrics: {false, 0},
	}
	for _, topic := range topics() {
		if w := want[topic.Kind]; topic.Retained() != w.retained || topic.QoS() != w.qos {
			t.Errorf("%s: retained %v, QoS %d; want %+v", topic.Kind, topic.Retained(), topic.QoS(), w)
		}
	}
}

func FuzzParse(f *testing.F) {
	for topic := range topics() {
		f.Add(topic)
	}
	f.Fuzz(func(t *testing.T, topic string) {
		parsed, err := wire.Parse(topic)
		if err == nil && parsed.String() != topic {
			t.Errorf("%q reads as %+v, which is %q", topic, parsed, parsed)
		}
	})
}
