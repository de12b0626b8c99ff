package judge

import (
	"fmt"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// deadlineSlack is what a probe may need to notice that its time is over, and to put its end down.
const deadlineSlack = 250 * time.Millisecond

// sleepers is how often what the lab overslept may have met a run: itself, and what it waited for on this machine.
const sleepers = 2

// noLateProbe holds each run to its timeout. What the machine overslept during a run, by the lab's own word, is no
// lateness of the probe's, but only so much of it; and a device that was itself frozen or starved cannot be held to it then.
func noLateProbe(e *evidence) (breaches []string) {
	slept := sleeps(e.Log)
	for _, h := range e.Stores {
		for _, r := range h.Results {
			run := scenario.Span{From: r.At, Until: r.At + r.Took}
			lost := within(slept, run)
			if r.Timeout == 0 || r.Took <= r.Timeout+deadlineSlack+sleepers*lost || e.asleep(h.Device, run) {
				continue
			}
			breaches = append(breaches, fmt.Sprintf("%s at %s: %s/%s over %s took %v, and its timeout is %v; the machine overslept %v of it",
				h.Device, short(r.At), r.Service, r.Check, r.Uplink, r.Took.Round(time.Millisecond), r.Timeout, lost.Round(time.Millisecond)))
		}
	}
	return breaches
}

// sleeps returns when the machine had no time for the lab.
func sleeps(log []seen.Observation) (all []scenario.Span) {
	for _, o := range log {
		if o.Source == seen.Lab && o.Subject == seen.Overslept {
			late, _ := o.Number("late_ms")
			all = append(all, scenario.Span{From: o.At - inTime(late), Until: o.At})
		}
	}
	return all
}

// within sums up how much of a span the others take, which do not overlap.
func within(all []scenario.Span, s scenario.Span) (sum time.Duration) {
	for _, o := range all {
		sum += max(0, min(o.Until, s.Until)-max(o.From, s.From))
	}
	return sum
}

// asleep reports whether the lab kept a device from running at some time of a span.
func (e *evidence) asleep(device string, s scenario.Span) bool {
	for _, f := range e.faultsOf(device, "device-freeze", "device-cpu-starved", "device-memory-starved") {
		for _, a := range f.Acts {
			if s.From <= a.Until+time.Second && s.Until >= a.From {
				return true
			}
		}
	}
	return false
}
