package fold

import (
	"time"

	"edgeprobe.io/firmware"
)

// View is the state as people and lamps need it. It is a value: nothing in it changes once made.
type View struct {
	At           firmware.Stamp        `json:"at"`
	Device       string                `json:"device"`
	Site         string                `json:"site"`
	Region       string                `json:"region"`
	Unconfigured bool                  `json:"unconfigured,omitempty"` // no services: nothing is watched
	Services     []ServiceView         `json:"services"`               // in the order of the config
	Uplinks      []UplinkView          `json:"uplinks"`                // in the order of the config
	Parts        []PartView            `json:"parts"`                  // sorted by name
	Peers        []PeerView            `json:"peers"`                  // sorted by device
	Clock        firmware.ClockQuality `json:"clock"`
	Muted        bool                  `json:"muted,omitempty"`
	Witnesses    firmware.Witnesses    `json:"witnesses"` // the worst of the services'
}

// ServiceView is one service: the decision, and this device's own votes.
type ServiceView struct {
	Decision firmware.Decision `json:"decision"`
	Votes    []firmware.Vote   `json:"votes"`  // own, by target region then uplink
	Peers    []PeerVote        `json:"peers"`  // heard and alive, by device then uplink
	Checks   []CheckView       `json:"checks"` // the newest run of each check over each uplink
	// Until is when this device's evidence for the service ends: a green lamp must be dark after it.
	// Zero: there is none.
	Until firmware.Stamp `json:"until,omitzero"`
}

// PeerVote is a vote heard of a peer.
type PeerVote struct {
	Device string `json:"device"`
	firmware.Vote
}

// CheckView is the newest run of a check over an uplink.
type CheckView struct {
	Name    string                 `json:"name"`
	Uplink  string                 `json:"uplink"`
	Role    firmware.Role          `json:"role"`
	Outcome firmware.Outcome       `json:"outcome"`
	Status  uint16                 `json:"status,omitempty"`
	Start   firmware.Stamp         `json:"start"`
	Took    time.Duration          `json:"took"`
	Cache   firmware.CacheEvidence `json:"cache,omitzero"`
	Expires int64                  `json:"expires,omitempty"`
	Detail  string                 `json:"detail,omitempty"`
}

// Sight is what an uplink's controls say of its eyes.
type Sight string

// The sights.
const (
	SightUnknown Sight = "unknown" // no control has answered yet, or none is configured
	SightSighted Sight = "sighted"
	SightBlind   Sight = "blind" // controls fail, a portal stands before it, or no resolver of it works: what fails over it says nothing about a service
	SightDown    Sight = "down"  // the kernel says it has no carrier, address or route
)

// UplinkView is one uplink of this device.
type UplinkView struct {
	Name     string         `json:"name"`
	Network  string         `json:"network"`
	Metered  bool           `json:"metered,omitempty"`
	Sight    Sight          `json:"sight"`
	Since    firmware.Stamp `json:"since,omitzero"`
	Good     int            `json:"controls_good"` // controls whose newest run passed
	Controls int            `json:"controls"`      // controls configured
	Why      string         `json:"why,omitempty"` // beside sighted: what is wrong with its resolvers
	// Until is when the evidence for this sight ends. Zero: there is none.
	Until firmware.Stamp `json:"until,omitzero"`
}

// PartView is one of our own parts.
type PartView struct {
	Name  string         `json:"name"`
	OK    bool           `json:"ok"`
	Since firmware.Stamp `json:"since,omitzero"`
	Why   string         `json:"why,omitempty"`
}

// PeerView is another device of the fleet.
type PeerView struct {
	Device string         `json:"device"`
	Site   string         `json:"site"`
	Alive  bool           `json:"alive"`
	Heard  firmware.Stamp `json:"heard,omitzero"` // its newest beat
}
