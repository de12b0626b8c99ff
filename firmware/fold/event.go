package fold

import (
	"encoding/json"
	"fmt"
	"time"

	"edgeprobe.io/firmware"
)

// Event is something that happened, in the order in which it was folded.
type Event struct {
	Seq  uint64         // journal sequence number, from 1, without gaps within an epoch; set when folded
	At   firmware.Stamp // when it reached the fold
	Body Body
}

// Body is what happened: one of the types of this file.
type Body interface{ kind() string }

// Boot is a start of the process, always the first event of a run. All votes turn unknown; open incidents,
// acknowledgements and mute stay.
type Boot struct {
	Epoch   uint64 `json:"epoch"`   // of the database
	Version string `json:"version"` // of the program
}

// Config gives the fold its settings; it follows a Boot whose state had others.
type Config struct {
	Settings Settings `json:"settings"`
}

// Result is a measurement that ended.
type Result struct {
	firmware.Result
}

// Link is a change of an uplink as the kernel states it. One that is up twice in a row has other addresses or routes.
type Link struct {
	Uplink string `json:"uplink"`
	Up     bool   `json:"up"` // it has carrier, address and route
	Why    string `json:"why,omitempty"`
}

// Clock is news of the wall clock.
type Clock struct {
	firmware.ClockState
}

// Part is a change in one of our own parts: "store", "feed/BROKER", "panel", "clock", "cpu" (starved).
type Part struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"`
}

// Heard is a verified message of a peer. Exactly one of its pointers is set.
type Heard struct {
	Device   string     `json:"device"`
	Retained bool       `json:"retained,omitempty"` // replayed by the broker: it may be old, so it carries no vote yet
	Votes    *VoteSheet `json:"votes,omitempty"`
	Beat     *Beat      `json:"beat,omitempty"`
	Birth    *Birth     `json:"birth,omitempty"`
	Ack      *Ack       `json:"ack,omitempty"`
}

// Command is something a person asked for.
type Command struct {
	Ack  *Ack  `json:"ack,omitempty"`
	Mute *bool `json:"mute,omitempty"` // the buzzer of this device
}

// Tick says only that time has passed; it is journaled when it made a transition.
type Tick struct{}

// VoteSheet is everything a device says of one service.
type VoteSheet struct {
	Service  string      `json:"service"`
	Epoch    uint64      `json:"epoch"`
	Sequence uint64      `json:"sequence"` // orders a device's sheets and beats within its epoch
	Votes    []SheetVote `json:"votes"`
	Looked   uint64      `json:"looked,omitempty"` // looks this device has concluded on the service
}

// SheetVote is a vote on a sheet, with the age of its evidence when the sheet was signed.
type SheetVote struct {
	firmware.Vote
	Age time.Duration `json:"age"`
}

// Beat is a device's lease: every vote it still stands by.
type Beat struct {
	Epoch    uint64                `json:"epoch"`
	Sequence uint64                `json:"sequence"`
	Every    time.Duration         `json:"every"` // the next one comes within this time
	Stands   []Stand               `json:"stands"`
	Clock    firmware.ClockQuality `json:"clock"`
}

// Stand is one service in a beat: the sheet the device stands by, and its evidence's age per vote, in the
// sheet's order; negative: no evidence.
type Stand struct {
	Service  string          `json:"service"`
	Sequence uint64          `json:"sequence"`
	Ages     []time.Duration `json:"ages"`
}

// Birth is a peer's session that began or ended.
type Birth struct {
	Online  bool   `json:"online"`
	Broker  string `json:"broker"`
	Session uint64 `json:"session"`
}

// Ack says that a person knows of an incident. It is void for any other incident.
type Ack struct {
	Service  string      `json:"service"`
	Incident firmware.ID `json:"incident"`
	By       string      `json:"by"`
}

func (Boot) kind() string    { return "boot" }
func (Config) kind() string  { return "config" }
func (Result) kind() string  { return "result" }
func (Link) kind() string    { return "link" }
func (Clock) kind() string   { return "clock" }
func (Part) kind() string    { return "part" }
func (Heard) kind() string   { return "heard" }
func (Command) kind() string { return "command" }
func (Tick) kind() string    { return "tick" }

// envelope is an event as JSON.
type envelope struct {
	Seq  uint64          `json:"seq"`
	At   firmware.Stamp  `json:"at"`
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}

// MarshalJSON writes the event with its kind.
func (e Event) MarshalJSON() ([]byte, error) {
	body, err := json.Marshal(e.Body)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{e.Seq, e.At, e.Body.kind(), body})
}

// UnmarshalJSON reads what MarshalJSON writes; an unknown kind is an error.
func (e *Event) UnmarshalJSON(data []byte) error {
	var raw envelope
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	e.Seq, e.At = raw.Seq, raw.At
	var err error
	e.Body, err = decodeBody(raw.Kind, raw.Body)
	return err
}

func decodeBody(kind string, raw json.RawMessage) (Body, error) {
	switch kind {
	case "boot":
		return decode[Boot](raw)
	case "config":
		return decode[Config](raw)
	case "result":
		return decode[Result](raw)
	case "link":
		return decode[Link](raw)
	case "clock":
		return decode[Clock](raw)
	case "part":
		return decode[Part](raw)
	case "heard":
		return decode[Heard](raw)
	case "command":
		return decode[Command](raw)
	case "tick":
		return decode[Tick](raw)
	}
	return nil, fmt.Errorf("unknown event kind %q", kind)
}

func decode[B Body](raw json.RawMessage) (Body, error) {
	var b B
	err := json.Unmarshal(raw, &b)
	return b, err
}
