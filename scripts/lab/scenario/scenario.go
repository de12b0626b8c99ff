package scenario

import (
	"time"

	"edgeprobe.io/firmware"
)

// Scenario is a checked file. All its times count from the start: when every device had said up of every service, or
// when the devices had been started where it does not wait for that.
type Scenario struct {
	File   string // as it was given
	Name   string // the file's name without folder and ending
	Title  string
	About  string // what is at fault: one of [Subjects]
	Why    string
	Seed   int64
	Lasts  time.Duration
	World  World
	Truth  []Truth
	Faults []Fault // in the order of their first time
	Expect []Sight
	Never  []Sight
	NotYet string // why the product does not give the right answer yet; "": it does
}

// World is what stands there.
type World struct {
	Devices []string      // never empty where the catalog knows devices
	Every   time.Duration // interval of checks on unmetered uplinks
	Metered time.Duration // least interval of checks on metered uplinks
	Broker  string        // "mosquitto" or "nats"
	Config  map[string][]byte
	// Settle says that the start waits until everything is up.
	Settle bool
}

// Truth is one thing that was wrong with a service.
type Truth struct {
	Service string
	Impact  firmware.Impact
	Regions []string      // whose customers; empty: of all
	Only    []string      // the only sites it was wrong for; empty: it was wrong for everybody
	From    time.Duration //
	Until   time.Duration //
}

// Fault is one deed.
type Fault struct {
	Name string
	Line int
	Do   string // the verb
	With map[string][]string
	Boot bool   // before the devices are started; then Acts holds the time 0
	Acts []Span // when it is done and undone, ascending
}

// Span is a time between two moments.
type Span struct{ From, Until time.Duration }

// Contains reports whether at is within the span, its ends included.
func (s Span) Contains(at time.Duration) bool { return s.From <= at && at <= s.Until }

// Sight is something to be seen, or not to be.
type Sight struct {
	Line   int
	See    Kind
	Of     string   // a pattern; "": of anything
	Is     []string // patterns, of which one must fit; empty: anything
	With   map[string][]string
	Who    []string // the devices; each of them, unless Any
	Any    bool     // one of them will do
	Window Span
	Since  string        // the moment the window begins with, as the file says it
	Began  time.Duration // that moment without its offset: what a delay counts from
	Holds  time.Duration // how long it must last; 0: an instant will do
	Times  int           // how often exactly; -1: at least once
}

// Kind is what kind of thing is seen.
type Kind string

// The kinds of sights.
const (
	SeeVote     Kind = "vote"
	SeeDecision Kind = "decision"
	SeeLamp     Kind = "lamp"
	SeeBuzzer   Kind = "buzzer"
	SeeUplink   Kind = "uplink"
	SeeEvent    Kind = "event"
	SeeIncident Kind = "incident"
	SeeTopic    Kind = "topic"
	SeeStatus   Kind = "status"
	SeeResult   Kind = "result"
)

// Lasting reports whether what was seen stays so until something else is seen of the same subject.
func (k Kind) Lasting() bool {
	switch k {
	case SeeEvent, SeeIncident, SeeResult:
		return false
	}
	return true
}

// Subjects are what can be at fault, in the order of the corpus.
func Subjects() []string {
	return []string{"nothing", "provider", "edge", "one-region", "network-path", "own-link", "dns", "certificates", "broker", "device", "clock", "storage", "several"}
}
