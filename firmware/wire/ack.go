package wire

import (
	"fmt"

	"edgeprobe.io/firmware/fold"
)

// maxBy is the longest name of a person, in bytes.
const maxBy = 100

// ackMessage is the signed part of an acknowledgement. It needs no order: it names its incident and is void for
// any other, so an old one sent again says nothing new.
type ackMessage struct {
	Device   string `json:"device"` // where the person said so
	Service  string `json:"service"`
	Incident string `json:"incident"`
	By       string `json:"by"`
}

func ackOf(t Topic, a fold.Ack) (ackMessage, error) {
	m := ackMessage{t.Device, a.Service, a.Incident.String(), short(a.By, maxBy)}
	if t.Kind != KindAck || t.Key != a.Service || a.Incident.Zero() {
		return m, fmt.Errorf("an acknowledgement of %q for service %q does not belong there", m.Incident, a.Service)
	}
	return m, nil
}

func decodeAck(t Topic, raw []byte) (*fold.Ack, error) {
	var m ackMessage
	if err := read(raw, &m); err != nil {
		return nil, err
	}
	if m.Device != t.Device || m.Service != t.Key {
		return nil, fmt.Errorf("it states device %.80q and service %.80q", m.Device, m.Service)
	}
	if len(m.By) > maxBy {
		return nil, fmt.Errorf("a person's name of %d bytes is longer than %d", len(m.By), maxBy)
	}
	id, err := ParseID(m.Incident)
	if err != nil {
		return nil, err
	}
	return &fold.Ack{Service: m.Service, Incident: id, By: short(m.By, maxBy)}, nil
}
