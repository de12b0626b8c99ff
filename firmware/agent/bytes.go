package agent

import (
	"context"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/schedule"
)

// missed records a run that did not take place: it is neither good nor bad.
func (a *Agent) missed(r schedule.Run, why string) {
	a.step(fold.Result{Result: firmware.Result{Check: r.Ref, Uplink: r.Uplink, Start: r.Due, Detail: why}})
}

// bears asks the run's uplink for the bytes it will cost.
func (a *Agent) bears(r schedule.Run) bool {
	for _, u := range a.Uplinks {
		if u.Name() == r.Uplink {
			return u.Ask(r.Bytes, r.Incident)
		}
	}
	return true
}

// watchBytes keeps the books of what the uplinks carry. The month turns only by a clock that is synchronised.
func (a *Agent) watchBytes(ctx context.Context) error {
	t := time.NewTicker(uplinkEvery)
	defer t.Stop()
	well := map[string]bool{}
	for {
		now := a.Clock.Now()
		var wall time.Time
		if a.Clock.State().Quality == firmware.ClockSynced {
			wall = a.Clock.Wall(now)
		}
		for _, u := range a.Uplinks {
			a.report("bytes/"+u.Name(), u.Count(wall, time.Unix(0, 0).Add(now.Up)), well)
		}
		select {
		case <-ctx.Done():
			return a.keepBytes()
		case <-t.C:
		}
	}
}

// report tells the loop how a part of ours is once it has failed, and then of each change.
func (a *Agent) report(part string, err error, well map[string]bool) {
	if was, known := well[part]; (err == nil) == (was || !known) {
		return
	}
	well[part] = err == nil
	p := fold.Part{Name: part, OK: err == nil}
	if err != nil {
		p.Why = err.Error()
	}
	a.tell(p)
}

// keepBytes writes the books. What cannot be written now is at most a thousandth of an allowance, or ten minutes.
func (a *Agent) keepBytes() error {
	for _, u := range a.Uplinks {
		if err := u.Keep(time.Unix(0, 0).Add(a.Clock.Now().Up)); err != nil {
			a.Log.Warn("the last bytes are not on the card", "uplink", u.Name(), "error", err)
		}
	}
	return nil
}
