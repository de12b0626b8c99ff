package wire

import (
	"fmt"
	"strings"

	"edgeprobe.io/firmware"
)

// Prefix begins every topic but Home Assistant's; its version changes only when a payload breaks.
const Prefix = "edgeprobe/v1"

// Kind is what a topic carries: the level after the device.
type Kind string

// The kinds of topic.
const (
	KindStatus    Kind = "status"
	KindHeartbeat Kind = "heartbeat"
	KindVote      Kind = "vote"
	KindDecision  Kind = "decision"
	KindUplink    Kind = "uplink"
	KindAck       Kind = "ack"
	KindEvent     Kind = "event"
	KindResults   Kind = "results"
	KindMetrics   Kind = "metrics"
)

// manner is how a kind is published.
type manner struct {
	keyed    bool // a level with the service or uplink follows
	retained bool
	qos      byte
}

func (k Kind) manner() (manner, bool) {
	switch k {
	case KindStatus:
		return manner{retained: true, qos: 1}, true
	case KindHeartbeat, KindEvent, KindResults:
		return manner{qos: 1}, true
	case KindVote, KindDecision, KindUplink, KindAck:
		return manner{keyed: true, retained: true, qos: 1}, true
	case KindMetrics:
		return manner{keyed: true}, true
	}
	return manner{}, false
}

// Status is the topic of a device's birth and last will.
func Status(device string) string { return join(device, KindStatus) }

// Heartbeat is the topic of a device's lease.
func Heartbeat(device string) string { return join(device, KindHeartbeat) }

// Vote is the topic of everything a device says of a service.
func Vote(device, service string) string { return join(device, KindVote, service) }

// Decision is the topic of what a device makes of the votes on a service.
func Decision(device, service string) string { return join(device, KindDecision, service) }

// Uplink is the topic of one of a device's uplinks.
func Uplink(device, uplink string) string { return join(device, KindUplink, uplink) }

// Ack is the topic of an acknowledgement made at a device.
func Ack(device, service string) string { return join(device, KindAck, service) }

// Event is the topic of a device's transitions.
func Event(device string) string { return join(device, KindEvent) }

// Results is the topic of a device's packed results.
func Results(device string) string { return join(device, KindResults) }

// Metrics is the topic of a service's numbers.
func Metrics(device, service string) string { return join(device, KindMetrics, service) }

// HomeAssistant is the topic of a device's discovery message for Home Assistant.
func HomeAssistant(device string) string { return "homeassistant/device/" + device + "/config" }

func join(device string, kind Kind, key ...string) string {
	return strings.Join(append([]string{Prefix, device, string(kind)}, key...), "/")
}

// Topic is a topic taken apart.
type Topic struct {
	Device string
	Kind   Kind
	Key    string // service or uplink; empty for kinds that have none
}

// String returns the topic.
func (t Topic) String() string {
	if t.Key == "" {
		return join(t.Device, t.Kind)
	}
	return join(t.Device, t.Kind, t.Key)
}

// QoS is the MQTT quality of service that the topic is published with.
func (t Topic) QoS() byte { m, _ := t.Kind.manner(); return m.qos }

// Retained says whether the broker keeps the topic's newest payload.
func (t Topic) Retained() bool { m, _ := t.Kind.manner(); return m.retained }

// Parse takes a topic apart. It accepts exactly what the functions of this file make of valid names, except
// [HomeAssistant]'s.
func Parse(topic string) (Topic, error) {
	rest, ok := strings.CutPrefix(topic, Prefix+"/")
	if !ok || len(topic) > 256 {
		return Topic{}, fmt.Errorf("parse topic: %.80q does not begin with %s/", topic, Prefix)
	}
	device, rest, _ := strings.Cut(rest, "/")
	kind, key, keyed := strings.Cut(rest, "/")
	t := Topic{Device: device, Kind: Kind(kind), Key: key}
	m, known := t.Kind.manner()
	switch {
	case firmware.ValidName(device) != nil:
		return Topic{}, fmt.Errorf("parse topic: %.80q names no valid device", topic)
	case !known:
		return Topic{}, fmt.Errorf("parse topic: %.80q is of no known kind", topic)
	case m.keyed != keyed, keyed && firmware.ValidName(key) != nil:
		return Topic{}, fmt.Errorf("parse topic: %.80q does not end as kind %s does", topic, kind)
	}
	return t, nil
}

// Subscriptions are the filters a device subscribes to in order to hear the given peers: their status,
// heartbeat, votes and acknowledgements.
func Subscriptions(peers ...string) []string {
	filters := make([]string, 0, 4*len(peers))
	for _, p := range peers {
		filters = append(filters, Status(p), Heartbeat(p), Vote(p, "+"), Ack(p, "+"))
	}
	return filters
}
