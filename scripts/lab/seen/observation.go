package seen

import (
	"cmp"
	"slices"
	"time"
)

// Source is where an observation was made.
type Source string

// The sources.
const (
	Feed  Source = "feed"  // a consumer at the broker
	Panel Source = "panel" // a device's lamps and buzzer, as the board recorded them
	Store Source = "store" // a device's journal, read after the end
	Page  Source = "page"  // a device's local page
	Lab   Source = "lab"   // what the lab itself did
)

// The kinds whose name is not the feed's own (those are wire.Kind).
const (
	KindLamp       = "lamp"
	KindBuzzer     = "buzzer"
	KindTransition = "transition"
	KindFault      = "fault"
	KindDevice     = "device"
	KindWorld      = "world"
)

// Overslept is the subject of the lab's word that its machine had no time for it.
const Overslept = "overslept"

// Observation is one thing that was seen.
type Observation struct {
	At      time.Duration  // since the scenario began, on the monotonic clock; negative before it
	Source  Source         //
	Device  string         // whose it is; "" where it is nobody's
	Kind    string         // of what; see the package's comment
	Subject string         // a service, an uplink, a lamp, a verb
	Fields  map[string]any // as encoding/json reads them; nil: none
}

// Text returns a field that is a string; "" when it is absent or something else.
func (o Observation) Text(field string) string {
	s, _ := o.Fields[field].(string)
	return s
}

// Number returns a field that is a number, and whether it is there.
func (o Observation) Number(field string) (float64, bool) {
	n, ok := o.Fields[field].(float64)
	return n, ok
}

// Is reports whether a field is true.
func (o Observation) Is(field string) bool {
	b, _ := o.Fields[field].(bool)
	return b
}

// Sort puts observations into the order of time; those of one instant keep theirs.
func Sort(all []Observation) {
	slices.SortStableFunc(all, func(a, b Observation) int { return cmp.Compare(a.At, b.At) })
}
