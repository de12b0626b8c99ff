package fold_test

import (
	"slices"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// flap is an outage of the edge that comes and goes, seen by everybody, and ends at end.
func flap(failing, well, end time.Duration) truth {
	return func(at time.Duration, _ firmware.Vantage, ref firmware.CheckRef) firmware.Result {
		if ref.Service != "" && at > 5*time.Second && at < end && (at-5*time.Second)%(failing+well) < failing {
			return status503(20 * ms)
		}
		return ok(20 * ms)
	}
}

// TestFlappingIsToldOnce: whatever its period, people are told of one incident, once, and of its end when it is calm;
// and all of it replays.
func TestFlappingIsToldOnce(t *testing.T) {
	for _, c := range []struct{ failing, well time.Duration }{
		{3 * time.Second, 4 * time.Second}, {4 * time.Second, 5 * time.Second}, {4321 * ms, 5678 * ms}, {6 * time.Second, 4500 * ms},
	} {
		end := 5*time.Second + 3*(c.failing+c.well) - c.well
		w := newWorld(2, time.Second, flap(c.failing, c.well, end))
		w.run(end + 30*time.Second)
		for _, d := range w.devices {
			to := map[string]int{}
			for _, m := range d.made {
				switch {
				case m.Kind != "decision", m.From == m.To:
				case m.From == string(firmware.StatusRecovering) && m.To == string(firmware.StatusConfirmed):
				default:
					to[m.To]++
				}
			}
			if to["confirmed"] != 1 || to["up"] > 3 || d.decision().Status != firmware.StatusUp {
				t.Errorf("%s, %+v: it became %v, and is %v at last: want one confirmation, held from the second outage on", d.id, c, to, d.decision().Status)
			}
			if n := incidents(d); n != 1 {
				t.Errorf("%s, %+v: %d incidents", d.id, c, n)
			}
			d.replays(t, 41)
		}
	}
}

// incidents counts those that no decision names together with one before.
func incidents(d *device) (n int) {
	known := map[firmware.ID]bool{}
	for _, m := range d.made {
		if m.Decision == nil || m.Decision.Incident.Zero() {
			continue
		}
		names := append([]firmware.ID{m.Decision.Incident}, m.Decision.Aliases...)
		if !slices.ContainsFunc(names, func(id firmware.ID) bool { return known[id] }) {
			n++
		}
		for _, id := range names {
			known[id] = true
		}
	}
	return n
}
