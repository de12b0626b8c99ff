package delays

import (
	"cmp"
	"math"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// Sample is a phase of a run: what was injected and what was measured.
type Sample struct {
	Phase    string        `json:"phase"`
	Injected time.Duration `json:"injected"` // nanoseconds
	Measured time.Duration `json:"measured"` // nanoseconds; whole microseconds
}

// late is by how much the measurement is more than what was injected.
func (s Sample) late() time.Duration { return s.Measured - s.Injected }

// Line is what is said of a phase.
type Line struct {
	Phase  string        `json:"phase"`
	N      int           `json:"n"`
	Median time.Duration `json:"median"` // of the errors, as all that follow; nanoseconds
	P99    time.Duration `json:"p99"`    // of their sizes, whichever the sign
	Least  time.Duration `json:"least"`
	Most   time.Duration `json:"most"`
}

// Load is a device under measure, with what came of it.
type Load struct {
	Name    string        `json:"name"`
	Checks  int           `json:"checks"`
	Uplinks int           `json:"uplinks"`
	Every   time.Duration `json:"every"` // nanoseconds
	Runs    int           `json:"runs"`
	Bad     int           `json:"bad"`     // runs that were not good
	Lost    int           `json:"lost"`    // runs of which nobody saw what was injected
	Lines   []Line        `json:"lines"`   // by phase
	Samples []Sample      `json:"samples"` // of all good runs
	Why     string        `json:"why,omitempty"`
}

// join puts together what was measured and what was injected. Ports come again: a flow is a run's when it began in it.
func (l *Load) join(runs []run, truths []truth) {
	byPort := map[key][]truth{}
	for _, t := range truths {
		k := key{t.Protocol, t.Port}
		byPort[k] = append(byPort[k], t)
	}
	find := func(r run, protocol byte, port uint16) (truth, bool) {
		for _, t := range byPort[key{protocol, port}] {
			if t.At >= r.begin && t.At <= r.end {
				return t, true
			}
		}
		return truth{}, false
	}
	for _, r := range runs {
		l.Runs++
		lookup, asked := find(r, udp, r.udp)
		conn, dialled := find(r, tcp, r.tcp)
		switch {
		case !r.result.Outcome.OK() || r.result.Conn != firmware.ConnFull:
			l.Bad++
			l.Why = cmp.Or(l.Why, r.result.Outcome.String()+" "+r.result.Detail)
		case !asked || !dialled:
			l.Lost++
		default:
			conn.Injected[resolve] = lookup.Injected[resolve]
			l.add(r.result.Phases, conn.Injected)
		}
	}
	l.summarise()
}

func (l *Load) add(m firmware.Phases, injected [phases]time.Duration) {
	for p, measured := range [phases]time.Duration{m.Resolve, m.Connect, m.TLS, m.Wait, m.Transfer} {
		l.Samples = append(l.Samples, Sample{phase(p).String(), injected[p], measured})
	}
}

func (l *Load) summarise() {
	for p := range phases {
		var errs, sizes []time.Duration
		for _, s := range l.Samples {
			if s.Phase == p.String() {
				errs, sizes = append(errs, s.late()), append(sizes, s.late().Abs())
			}
		}
		slices.Sort(errs)
		slices.Sort(sizes)
		line := Line{Phase: p.String(), N: len(errs)}
		if n := len(errs); n > 0 {
			line.Median, line.P99 = rank(errs, 0.5), rank(sizes, 0.99)
			line.Least, line.Most = errs[0], errs[n-1]
		}
		l.Lines = append(l.Lines, line)
	}
}

// rank is the value that a part of the sorted values does not exceed (the nearest rank).
func rank(sorted []time.Duration, part float64) time.Duration {
	return sorted[max(0, int(math.Ceil(part*float64(len(sorted))))-1)]
}
