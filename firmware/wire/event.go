package wire

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// replayedAfter is how old a transition is when its event is marked as replayed.
const replayedAfter = 30 * time.Second

// maxEvent is the longest event that [DecodeEvent] reads, in bytes.
const maxEvent = 64 << 10

// EventMessage is a transition as a CloudEvent in structured JSON (CloudEvents 1.0.2). Consumers dedupe by ID
// and order a device's events by Epoch and Sequence.
type EventMessage struct {
	SpecVersion string                `json:"specversion"` // "1.0"
	ID          string                `json:"id"`          // "device/epoch/sequence"
	Source      string                `json:"source"`      // "/edgeprobe/{device}"
	Type        string                `json:"type"`        // "io.edgeprobe.{kind}.v1"
	Subject     string                `json:"subject"`     // service, "service/uplink", uplink or part
	Time        *time.Time            `json:"time,omitempty"`
	ContentType string                `json:"datacontenttype"`
	Epoch       string                `json:"epoch"`       // of the device's database, 16 hexadecimal digits
	Sequence    Sequence              `json:"sequence"`    // from 1, without gaps within an epoch
	BootID      string                `json:"bootid"`      //
	TimeQuality firmware.ClockQuality `json:"timequality"` // of its times; a decision states its own
	Replayed    bool                  `json:"replayed"`    // sent more than 30 s late: history, not news
	Durable     bool                  `json:"durable"`     // false: sent from memory, since the device's storage fails
	Data        EventData             `json:"data"`
}

// Sequence is a sequence number. In JSON it is a string of 20 decimal digits, which sorts as it counts: the
// form that CloudEvents' sequence extension asks for.
type Sequence uint64

// MarshalText writes 20 decimal digits.
func (s Sequence) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%020d", uint64(s)), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Sequence) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil || len(text) != 20 {
		return fmt.Errorf("sequence %.40q is not 20 decimal digits", text)
	}
	*s = Sequence(n)
	return nil
}

// EventData is what changed.
type EventData struct {
	Kind     string           `json:"kind"` // "decision", "vote", "uplink", "part" or "ack"
	From     string           `json:"from"`
	To       string           `json:"to"`
	Severity string           `json:"severity"`
	Summary  string           `json:"summary"`
	Decision *DecisionMessage `json:"decision,omitempty"` // when Kind is "decision" or "ack"
	Vote     *VoteChange      `json:"vote,omitempty"`     // when Kind is "vote"
}

// VoteChange is a vote of the event's device after the change.
type VoteChange struct {
	Service    string             `json:"service"`
	Region     string             `json:"region,omitempty"`
	Uplink     string             `json:"uplink"`
	State      firmware.VoteState `json:"state"`
	Impact     firmware.Impact    `json:"impact"`
	Recovering bool               `json:"recovering"`
	Since      *time.Time         `json:"since_at,omitempty"`
	Evidence   *time.Time         `json:"evidence_at,omitempty"`
	ValidForMS int64              `json:"valid_for_ms"`
	Episode    string             `json:"episode,omitempty"`
}

// Sending says how an event goes out.
type Sending struct {
	Now     firmware.Stamp // when it is sent; decides replayed
	Durable bool           // it is committed
}

// EncodeEvent writes a transition of device's database epoch. A decision too long for [MaxPayload] is cut and
// says so, since no transition may be lost for its length.
func EncodeEvent(device string, epoch uint64, t fold.Transition, s Sending, times Times) ([]byte, error) {
	w := walls{times: times}
	id := firmware.ID{Device: device, Epoch: epoch, Sequence: t.Seq}
	m := EventMessage{
		SpecVersion: "1.0", ID: id.String(), Source: "/edgeprobe/" + device, Type: "io.edgeprobe." + t.Kind + ".v1",
		Subject: t.Subject, Time: w.at(t.At), ContentType: "application/json", Epoch: fmt.Sprintf("%016x", epoch),
		Sequence: Sequence(t.Seq), BootID: t.At.Boot.String(), Durable: s.Durable,
		Replayed: s.Now.Since(t.At) > replayedAfter,
		Data: EventData{
			Kind: t.Kind, From: t.From, To: t.To, Severity: SeverityInfo, Summary: short(t.Why, maxWhy),
		},
	}
	if t.Vote != nil {
		m.Data.Vote = voteChange(*t.Vote, &w)
	}
	m.TimeQuality = w.quality()
	if t.Decision == nil {
		return marshal("event", m)
	}
	d := decisionOf(device, *t.Decision, times)
	m.Data.Decision, m.Data.Severity = &d, d.Severity
	return d.fit("event", func() any { return m })
}

func voteChange(v firmware.Vote, w *walls) *VoteChange {
	return &VoteChange{
		Service: v.Target.Service, Region: v.Target.Region, Uplink: v.Uplink, State: v.State, Impact: v.Impact,
		Recovering: v.Recovering, Since: w.at(v.Since), Evidence: w.at(v.Evidence),
		ValidForMS: v.ValidFor.Milliseconds(), Episode: v.Episode.String(),
	}
}

// DecodeEvent reads an event, for consumers such as the bridge and the demo.
func DecodeEvent(payload []byte) (EventMessage, error) {
	var m EventMessage
	if len(payload) > maxEvent {
		return m, fmt.Errorf("decode event: %d bytes are more than %d", len(payload), maxEvent)
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		return m, fmt.Errorf("decode event: %w", err)
	}
	id, err := ParseID(m.ID)
	if err != nil {
		return m, fmt.Errorf("decode event: %w", err)
	}
	if m.SpecVersion != "1.0" || m.Source != "/edgeprobe/"+id.Device || uint64(m.Sequence) != id.Sequence {
		return m, fmt.Errorf("decode event: specversion, source or sequence do not fit id %s", m.ID)
	}
	return m, nil
}
