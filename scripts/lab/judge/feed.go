package judge

import (
	"fmt"
	"slices"
	"strings"

	"edgeprobe.io/scripts/lab/scenario"
)

// feedIsStore holds what the broker received, each event once, against what the stores hold: neither may have what
// the other has not. Excepted is what a store cannot show: what was sent from memory while the card failed, what
// stood in a database that was moved aside or taken away, and what came after the devices were told to stop.
func feedIsStore(e *evidence) (breaches []string) {
	received := map[string]sighting{}
	for _, s := range e.events {
		received[strings.Join(s.says["id"], "")] = s
	}
	for _, h := range e.Stores {
		if h.Trouble != "" && len(h.Transitions) == 0 {
			continue // it could not be read at all: another invariant says so
		}
		stored := map[string]bool{}
		for _, t := range h.Transitions {
			stored[t.ID] = true
			if _, ok := received[t.ID]; !ok && t.At < e.Stopped {
				breaches = append(breaches, fmt.Sprintf("%s at %s: %s (%s) is in the store and never reached the broker", h.Device, short(t.At), t.To, t.ID))
			}
		}
		breaches = append(breaches, unstored(e.events, h, stored, h.Reset || e.befell(h.Device, "storage-lost", "storage-corrupt"))...)
	}
	return breaches
}

// unstored are the events of a device that its store has not. Where an older database is gone, so is what stood in it.
func unstored(events []sighting, h Holding, stored map[string]bool, gone bool) (breaches []string) {
	for _, s := range events {
		id := strings.Join(s.says["id"], "")
		epoch := strings.Split(id+"//", "/")[1]
		kept := slices.Contains(h.Epochs, epoch) || !gone
		if s.device == h.Device && !stored[id] && kept && !slices.Equal(s.says["durable"], []string{"false"}) {
			breaches = append(breaches, fmt.Sprintf("%s at %s: event %s (%s -> %s) reached the broker and is not in the store",
				h.Device, short(s.at), id, s.subject, s.state))
		}
	}
	return breaches
}

// onceEach returns the events, each id once: the feed delivers at least once.
func onceEach(all []sighting) (events []sighting) {
	ids := map[string]bool{}
	for _, s := range all {
		id := strings.Join(s.says["id"], "")
		if s.kind != scenario.SeeEvent || ids[id] {
			continue
		}
		ids[id] = true
		events = append(events, s)
	}
	return events
}

// befell reports whether one of the verbs was done to a device.
func (e *evidence) befell(device string, verbs ...string) bool {
	return len(e.faultsOf(device, verbs...)) > 0
}

// faultsOf returns what was done to a device with one of the verbs.
func (e *evidence) faultsOf(device string, verbs ...string) (all []scenario.Fault) {
	for _, f := range e.Scenario.Faults {
		if of := f.With["of"]; slices.Contains(verbs, f.Do) && (len(of) == 0 || slices.Contains(of, device)) {
			all = append(all, f)
		}
	}
	return all
}
