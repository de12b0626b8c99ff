package judge

import (
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// Case is everything that is known of a run. All its times count from the scenario's start.
type Case struct {
	Scenario *scenario.Scenario
	Log      []seen.Observation // in the order of time
	Stores   []Holding          // one per device that ran
	// Stopped is when the devices were told to stop: what they did after it need not have reached the broker.
	Stopped time.Duration
}

// Holding is what a device's store held after the run.
type Holding struct {
	Device      string
	Region      string   // where it stands
	Services    []string // that it watches
	Transitions []Stored // in their order
	Results     []Run    // in their order
	Epochs      []string // the epochs of the databases that could be read, as events name them
	Reset       bool     // a database was moved aside: its transitions cannot be read
	Replayed    int      // transitions that replaying gave, each equal to the stored one
	Trouble     string   // why it could not be read or replays differently; "" when all is well
}

// Stored is a transition in a store.
type Stored struct {
	ID string // "device/epoch/sequence"
	At time.Duration
	To string // for people: "decision shop: up -> suspected"
}

// Run is one measurement.
type Run struct {
	Service  string // "" for a control
	Check    string
	Uplink   string
	Region   string // of its target: the pinned one, else where the device stands
	Edge     bool   // it is an edge check of the service
	At       time.Duration
	Took     time.Duration
	Timeout  time.Duration // 0: not known
	Interval time.Duration // of the check over the uplink, outside incidents; 0: not known
	Outcome  firmware.Outcome
}

// Good reports whether the run speaks for its target.
func (r Run) Good() bool { return r.Outcome.OK() || r.Outcome.Lesser() }

// validFactor times its interval is how long a run counts as evidence (DESIGN 3.1).
const validFactor = 2.5

// ValidFor is how long the run counts as evidence.
func (r Run) ValidFor() time.Duration { return time.Duration(validFactor * float64(r.Interval)) }
