package firmware

import (
	"fmt"
	"time"
)

// Target is what is voted on: a service as a region's customers get it. An empty region is whatever edge the
// observer's own site is given.
type Target struct {
	Service string `json:"service"`
	Region  string `json:"region,omitempty"`
}

// VoteState is what a vantage says of a target.
type VoteState string

// The states of a vote.
const (
	VoteNone    VoteState = "none"    // nothing to say: no fresh evidence, or blind
	VotePending VoteState = "pending" // a bad run is being rechecked
	VotePass    VoteState = "pass"
	VoteFail    VoteState = "fail"
)

// Impact is what customers notice. Comparing two, the greater is the worse.
type Impact uint8

// The impacts.
const (
	ImpactNone     Impact = iota
	ImpactDegraded        // slow, or a part of it fails
	ImpactMasked          // the edge still answers from a cache; the origin behind it is dead
	ImpactDown            //
)

var impactNames = [...]string{"none", "degraded", "masked", "down"}

// String returns the impact's name.
func (i Impact) String() string { return impactNames[min(i, ImpactDown)] }

// MarshalText writes the name.
func (i Impact) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads a name.
func (i *Impact) UnmarshalText(text []byte) error {
	for n, s := range impactNames {
		if s == string(text) {
			*i = Impact(n)
			return nil
		}
	}
	return fmt.Errorf("unknown impact %q", text)
}

// ID names an event or an episode in the whole fleet: the device, its database's epoch, and the sequence
// number in it. It is the key that consumers dedupe by.
type ID struct {
	Device   string `json:"device"`
	Epoch    uint64 `json:"epoch"` // random per database file
	Sequence uint64 `json:"sequence"`
}

// Zero reports whether id names nothing.
func (id ID) Zero() bool { return id == ID{} }

// String returns "device/epoch/sequence", the epoch in hexadecimal; "" when zero.
func (id ID) String() string {
	if id.Zero() {
		return ""
	}
	return fmt.Sprintf("%s/%016x/%d", id.Device, id.Epoch, id.Sequence)
}

// Less orders ids for choosing an incident's name: by device, epoch, then sequence.
func (id ID) Less(o ID) bool {
	if id.Device != o.Device {
		return id.Device < o.Device
	}
	if id.Epoch != o.Epoch {
		return id.Epoch < o.Epoch
	}
	return id.Sequence < o.Sequence
}

// Vote is what one vantage says of one target.
type Vote struct {
	Target     Target        `json:"target"`
	Uplink     string        `json:"uplink"`
	State      VoteState     `json:"state"`
	Impact     Impact        `json:"impact,omitempty"`
	Recovering bool          `json:"recovering,omitempty"` // still failing, but the latest run was good
	Flapping   bool          `json:"flapping,omitempty"`   // failing, though it is good at times: held until it is calm
	Since      Stamp         `json:"since,omitzero"`       // when State and Impact began
	Episode    ID            `json:"episode,omitzero"`     // set while pending or failing
	Last       ID            `json:"last,omitzero"`        // the newest episode, until it is forgotten: a failure before continues it
	Evidence   Stamp         `json:"evidence,omitzero"`    // start of the run it stands on; of several, the oldest
	ValidFor   time.Duration `json:"valid_for,omitempty"`  // how long that evidence counts
	MaskedFor  time.Duration `json:"masked_for,omitempty"` // a copy can hide the dead origin at least this long; 0: not known
	Why        string        `json:"why,omitempty"`        // one sentence for people
}
