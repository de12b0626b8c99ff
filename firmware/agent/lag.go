package agent

import (
	"slices"
	"sync"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/statuspage"
)

// lagRuns is how many runs are looked at, the newest: of a usual device some minutes of them.
const lagRuns = 2048

// lags are how late runs began: what this device's load, or targets that do not answer, do to its measurements.
type lags struct {
	due map[fold.Key]firmware.Stamp // of the runs in flight; the loop's alone

	mu     sync.Mutex
	newest []time.Duration // guarded by mu
	at     int             // guarded by mu; where the next one goes
}

// begin notes when a run was due that is handed out now.
func (l *lags) begin(r schedule.Run) {
	if l.due == nil {
		l.due = map[fold.Key]firmware.Stamp{}
	}
	l.due[fold.Key{Ref: r.Ref, Uplink: r.Uplink}] = r.Due
}

// end takes a run's own word of when it began.
func (l *lags) end(r firmware.Result) {
	late := max(0, r.Start.Since(l.due[fold.Key{Ref: r.Check, Uplink: r.Uplink}]))
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.newest) < lagRuns {
		l.newest = append(l.newest, late)
		return
	}
	l.newest[l.at] = late
	l.at = (l.at + 1) % lagRuns
}

// look sums them up.
func (l *lags) look() statuspage.Lag {
	l.mu.Lock()
	s := slices.Clone(l.newest)
	l.mu.Unlock()
	if len(s) == 0 {
		return statuspage.Lag{}
	}
	slices.Sort(s)
	at := func(share float64) float64 {
		return float64(s[int(share*float64(len(s)-1))].Microseconds()) / 1000
	}
	return statuspage.Lag{Runs: len(s), Median: at(0.5), P99: at(0.99)}
}
