package demo

import (
	"fmt"
	"slices"
	"time"
)

// Budgets of the replay, at the cadence of its configs (DESIGN section 7, first two rows).
const (
	suspectSlack  = time.Second             // beyond one interval, from the cut to suspected
	confirmWithin = 3 * time.Second         // from the cut to confirmed as down, or as masked
	settleBudget  = 1500 * time.Millisecond // from suspected to confirmed: rechecks do not wait for an interval
	upWithin      = 15 * time.Second        // from the end of the last effect to up
)

// The statuses and the impacts that the judge knows, as the feed spells them.
const (
	up         = "up"
	suspected  = "suspected"
	confirmed  = "confirmed"
	recovering = "recovering"

	masked = "masked"
	down   = "down"
)

// Arc is one replay: what was done to the world and when, and who should have seen it.
type Arc struct {
	Devices  []string
	Main     string               // the service that goes down
	Masked   string               // the service that only looks alive
	Interval time.Duration        // of the main service's checks on the unmetered uplink
	Began    time.Time            // of the replay: what was heard before is history
	Hiccup   time.Time            // what one site alone saw fail, before the cut; zero: nothing
	Cut      time.Time            // the account was cut off
	Ended    map[string]time.Time // the effect ended, as far as this device could see: the fix, or later
}

// over is when the effect had ended for everybody.
func (a Arc) over() time.Time {
	var last time.Time
	for _, t := range a.Ended {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// Finding is what one device made of an arc. A duration is negative when it did not happen.
type Finding struct {
	Device  string
	Suspect time.Duration // from the cut
	Confirm time.Duration // from the cut to confirmed as down
	Masked  time.Duration // from the cut to confirmed as masked, of the masked service
	Up      time.Duration // from the end of the effect for everybody to up for good; 0 when it was up before that
}

// String says the finding in one line.
func (f Finding) String() string {
	return fmt.Sprintf("%-8s suspected after %s, confirmed after %s, masked service found after %s, up again %s after the end",
		f.Device, seconds(f.Suspect), seconds(f.Confirm), seconds(f.Masked), seconds(f.Up))
}

func seconds(d time.Duration) string {
	if d < 0 {
		return "never"
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// Ruling is the judge's word on an arc.
type Ruling struct {
	Findings []Finding // one per device
	Problems []string  // each one sentence that begins with the device
}

// OK reports whether every device went through the whole arc in order and in time.
func (r Ruling) OK() bool { return len(r.Problems) == 0 }

// Judge rules on what a consumer heard. Moments may repeat, since the feed delivers at least once; those of one
// device and service are in its order.
func Judge(arc Arc, moments []Moment) Ruling {
	moments = once(moments)
	var r Ruling
	for _, device := range arc.Devices {
		t := trial{arc: arc, finding: Finding{device, -1, -1, -1, -1}}
		t.main(pick(moments, device, arc.Main))
		t.masked(pick(moments, device, arc.Masked))
		r.Findings = append(r.Findings, t.finding)
		r.Problems = append(r.Problems, t.problems...)
	}
	return r
}

// once drops repeated ids.
func once(moments []Moment) []Moment {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(moments), func(m Moment) bool {
		again := seen[m.ID]
		seen[m.ID] = true
		return again
	})
}

func pick(moments []Moment, device, service string) []Moment {
	return slices.DeleteFunc(slices.Clone(moments), func(m Moment) bool {
		return m.Device != device || m.Service != service
	})
}
