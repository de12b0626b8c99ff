package fold

import (
	"time"

	"edgeprobe.io/firmware"
)

// Effect is something that follows from an event: a [Transition], [Attention], [Prove], [Publication] or
// [Changed].
// The agent hands effects on in their order and never waits for who receives them.
type Effect interface{ effect() }

// Transition is a change worth keeping: it is committed at once, and reaches the feed.
type Transition struct {
	Seq      uint64             `json:"seq"`                // from 1, without gaps within an epoch
	At       firmware.Stamp     `json:"at"`                 //
	Kind     string             `json:"kind"`               // "decision", "vote", "uplink", "part", "ack"
	Subject  string             `json:"subject"`            // service, "service/uplink", uplink or part
	From     string             `json:"from"`               // state before
	To       string             `json:"to"`                 // state after
	Decision *firmware.Decision `json:"decision,omitempty"` // set when Kind is "decision" or "ack"
	Vote     *firmware.Vote     `json:"vote,omitempty"`     // set when Kind is "vote"
	Why      string             `json:"why,omitempty"`      // one sentence for people
}

// Level is how closely the schedule should look at a service over an uplink.
type Level string

// The levels, from least to most attentive.
const (
	LevelCalm     Level = "calm"     // at the check's interval
	LevelIncident Level = "incident" // at the incident interval, to see recovery soon
	LevelBurst    Level = "burst"    // at once and again, controls of the uplink included, until the vote settles
)

// Attention sets the level of one service over one uplink, until the next Attention for them.
type Attention struct {
	Service string
	Uplink  string
	Level   Level
}

// Prove asks for the controls of an uplink and its portal check at once: a vote over it has just become pending, or it
// is back, or has moved.
type Prove struct {
	Uplink string
}

// Publication is something for the feed. Exactly one of its pointers is set.
type Publication struct {
	Sheet    *VoteSheet         // signed, retained
	Beat     *Beat              // signed
	Decision *firmware.Decision // retained
	Uplink   *UplinkView        // retained
	Ack      *Ack               // retained
}

// Changed says that the view is another one: the panel and the page should look.
type Changed struct{}

func (Transition) effect()  {}
func (Attention) effect()   {}
func (Prove) effect()       {}
func (Publication) effect() {}
func (Changed) effect()     {}

// SettleTime is how long a look may take beyond the timeouts of its runs.
const SettleTime = 2 * time.Second
