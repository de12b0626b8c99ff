package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// SchemaVersion numbers the additions made to the payloads of v1.
const SchemaVersion = 1

// maxStatus is the longest status accepted, in bytes.
const maxStatus = 4 << 10

// The states of a session.
const (
	StateOnline  = "online"
	StateOffline = "offline"
)

// StatusMessage is the birth, the last will or the clean end of one session of a device with one broker. It
// says nothing of other sessions: an offline with a smaller session than the newest birth's is to be ignored.
type StatusMessage struct {
	State       string                `json:"state"` // StateOnline or StateOffline
	Device      string                `json:"device"`
	Broker      string                `json:"broker"`       // the broker's name in the device's config
	Session     uint64                `json:"session"`      // grows with every session of the device
	BootID      string                `json:"boot_id"`      // 32 hexadecimal digits
	Version     string                `json:"version"`      // of the program
	Schema      int                   `json:"schema"`       // SchemaVersion
	StartedAt   *time.Time            `json:"started_at"`   // of the program; null: clock not known
	TimeQuality firmware.ClockQuality `json:"time_quality"` //
	Clean       bool                  `json:"clean"`        // an offline that the device itself said
}

// EncodeStatus writes a status; its started_at and time_quality are derived from started.
func EncodeStatus(m StatusMessage, started firmware.Stamp, times Times) ([]byte, error) {
	w := walls{times: times}
	m.StartedAt, m.Schema = w.at(started), SchemaVersion
	m.TimeQuality = w.quality()
	return marshal("status", m)
}

// DecodeStatus reads a status and checks what a receiver relies on.
func DecodeStatus(payload []byte) (StatusMessage, error) {
	var m StatusMessage
	if len(payload) > maxStatus {
		return m, fmt.Errorf("decode status: %d bytes are more than %d", len(payload), maxStatus)
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		return m, fmt.Errorf("decode status: %w", err)
	}
	if m.State != StateOnline && m.State != StateOffline {
		return m, fmt.Errorf("decode status: state %.20q is neither online nor offline", m.State)
	}
	if err := firmware.ValidName(m.Device); err != nil {
		return m, fmt.Errorf("decode status: device: %w", err)
	}
	if m.Session > maxNumber || len(m.Broker) > 63 {
		return m, fmt.Errorf("decode status: session %d or a broker name of %d bytes is out of range", m.Session, len(m.Broker))
	}
	return m, nil
}

// openStatus reads a peer's status. It cannot be signed, since the broker publishes a will: it carries no vote
// and says only that a session began or ended.
func openStatus(t Topic, payload []byte) (fold.Heard, error) {
	m, err := DecodeStatus(payload)
	if err != nil {
		return fold.Heard{}, err
	}
	if m.Device != t.Device {
		return fold.Heard{}, fmt.Errorf("open status: it states device %s on the topic of %s", m.Device, t.Device)
	}
	birth := &fold.Birth{Online: m.State == StateOnline, Broker: m.Broker, Session: m.Session}
	return fold.Heard{Device: t.Device, Birth: birth}, nil
}
