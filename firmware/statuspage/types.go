package statuspage

import (
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// View is the state of a device for people and tools: the answer of /api/v1/view.
type View struct {
	Time         time.Time             `json:"time"`                 // when this was answered; as good as Clock
	Clock        firmware.ClockQuality `json:"clock"`                // how far to trust every "at"
	ClockSays    string                `json:"clock_says,omitempty"` // why not wholly, and how to mend it
	Device       string                `json:"device"`               //
	Site         string                `json:"site"`                 //
	Region       string                `json:"region"`               //
	Unconfigured bool                  `json:"unconfigured"`         // nothing is watched
	Witnesses    firmware.Witnesses    `json:"witnesses"`            // whether this fleet could confirm an outage now
	Muted        bool                  `json:"muted"`                // this device's buzzer
	Headline     string                `json:"headline"`             // the worst, in one sentence
	Mood         Mood                  `json:"mood"`                 // of the worst service
	Services     []Service             `json:"services"`
	Uplinks      []Uplink              `json:"uplinks"`
	Parts        []Part                `json:"parts"`
	Peers        []Peer                `json:"peers"`
	Lamps        []Lamp                `json:"lamps"` // what this device's panel shows
	Lag          Lag                   `json:"lag"`
}

// Lag is how late the newest runs began, against when they were due: what this device's own load does to its
// measurements.
type Lag struct {
	Runs   int     `json:"runs"` // looked at; 0: none yet
	Median float64 `json:"median_ms"`
	P99    float64 `json:"p99_ms"`
}

// Mood sorts statuses by what a person should feel.
type Mood string

// The moods.
const (
	MoodGood    Mood = "good"
	MoodUnknown Mood = "unknown"
	MoodWarn    Mood = "warn"
	MoodBad     Mood = "bad"
)

// Instant is when something was: by the wall clock, and how long ago by one that no step can move. What isn't
// known is absent.
type Instant struct {
	At    *time.Time `json:"at,omitempty"`
	AgeMS *int64     `json:"age_ms,omitempty"`
}

// Service is one service: what the fleet decided, and who says what.
type Service struct {
	Name string `json:"service"`
	// Status is the decision's, but unknown in place of up once this device's own evidence has ended.
	Status      firmware.Status    `json:"status"`
	Impact      firmware.Impact    `json:"impact"`
	Mood        Mood               `json:"mood"`
	Title       string             `json:"title"`           // two or three words: "Down", "Not known"
	Says        string             `json:"says"`            // what customers notice, one sentence
	Why         string             `json:"why"`             // what the decision stands on, one sentence
	Since       *Instant           `json:"since,omitempty"` // the status is this one, as far as is remembered
	Witnesses   firmware.Witnesses `json:"witnesses"`
	Voters      int                `json:"voters"`
	Failing     int                `json:"failing"`
	FullView    bool               `json:"full_view"` // every device of the fleet was heard
	Scope       firmware.Scope     `json:"scope"`
	Started     *Instant           `json:"started,omitempty"`
	Confirmed   *Instant           `json:"confirmed,omitempty"`
	Unobserved  *Instant           `json:"unobserved,omitempty"`
	Incident    string             `json:"incident,omitempty"`
	Aliases     []string           `json:"aliases,omitempty"`
	AckedBy     string             `json:"acked_by,omitempty"`
	MaskedForMS int64              `json:"masked_for_ms,omitempty"` // a copy hides it for at least so long
	// EvidenceMS is how long this device's own evidence still lasts; 0: it has ended.
	EvidenceMS int64    `json:"evidence_ms"`
	Regions    []Region `json:"regions"`
	Votes      []Vote   `json:"votes"`
	Checks     []Check  `json:"checks"`
}

// Region is a service's part for one target region.
type Region struct {
	Region string          `json:"region"`
	Status firmware.Status `json:"status"`
	Impact firmware.Impact `json:"impact"`
	Mood   Mood            `json:"mood"`
	Title  string          `json:"title"`
}

// Vote is what one vantage says.
type Vote struct {
	Device   string             `json:"device"`
	Uplink   string             `json:"uplink"`
	Own      bool               `json:"own"`              // of this device
	Region   string             `json:"region,omitempty"` // of the target; empty: the vantage's own
	State    firmware.VoteState `json:"state"`
	Impact   firmware.Impact    `json:"impact"`
	Since    *Instant           `json:"since,omitempty"`
	Evidence *Instant           `json:"evidence,omitempty"`
	Why      string             `json:"why,omitempty"`
}

// Check is the newest run of a check over an uplink.
type Check struct {
	Name    string           `json:"check"`
	Uplink  string           `json:"uplink"`
	Role    firmware.Role    `json:"role"`
	Outcome firmware.Outcome `json:"outcome"`
	Code    uint16           `json:"code,omitempty"` // HTTP status or DNS rcode
	Start   *Instant         `json:"start,omitempty"`
	TookMS  float64          `json:"took_ms"`
	Cache   string           `json:"cache,omitempty"`
	Expires *time.Time       `json:"certificate_expires,omitempty"`
	Detail  string           `json:"detail,omitempty"`
}

// Uplink is one way out of this device.
type Uplink struct {
	Name     string     `json:"uplink"`
	Network  string     `json:"network"`
	Metered  bool       `json:"metered"`
	Sight    fold.Sight `json:"sight"` // unknown once its evidence has ended
	Since    *Instant   `json:"since,omitempty"`
	Good     int        `json:"controls_good"`
	Controls int        `json:"controls"`
	Why      string     `json:"why,omitempty"`
}

// Part is one of the device's own parts.
type Part struct {
	Name  string   `json:"part"`
	OK    bool     `json:"ok"`
	Since *Instant `json:"since,omitempty"`
	Why   string   `json:"why,omitempty"`
}

// Peer is another device of the fleet.
type Peer struct {
	Device string   `json:"device"`
	Site   string   `json:"site"`
	Alive  bool     `json:"alive"`
	Heard  *Instant `json:"heard,omitempty"`
}

// Lamp is one lamp of the device's panel.
type Lamp struct {
	Name  string `json:"lamp"`  // "service/eu"
	Shows string `json:"shows"` // "red fast blink"
	Says  string `json:"says"`  // "confirmed down: shop"
}

// Transition is a change that was kept.
type Transition struct {
	Seq     uint64          `json:"seq"`
	Instant                 // when
	Kind    string          `json:"kind"` // "decision", "vote", "uplink", "part", "ack"
	Subject string          `json:"subject"`
	From    string          `json:"from"`
	To      string          `json:"to"`
	Impact  firmware.Impact `json:"impact"` // of a decision or vote
	Why     string          `json:"why,omitempty"`
}

// When returns the instant of the transition.
func (t Transition) When() *Instant { return &t.Instant }

// Raw is the fold's own view and the instant of the answer: the answer of /api/v1/raw, for edgeprobe's own
// command line, which renders panels from it. It changes without notice.
type Raw struct {
	Now     firmware.Stamp `json:"now"`
	View    fold.View      `json:"view"`
	Regions []string       `json:"regions"`  // the service lamps that the device's panel has; empty: one for all
	LeaseMS int64          `json:"lease_ms"` // of its lamps
}

// Lease is how long a lamp of the device's panel is lit without news.
func (r Raw) Lease() time.Duration { return time.Duration(r.LeaseMS) * time.Millisecond }
