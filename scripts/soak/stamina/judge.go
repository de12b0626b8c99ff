package stamina

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// The most by which the last quarter of a run may exceed the one before: what is left of the ups and downs of a heap, of
// runs in flight and of the kernel's pages when the lower quartile of each is taken. In a quarter of a day a leak of
// four bytes a result grows by more.
const (
	slackMemory = 512 << 10 // bytes
	slackCounts = 8         // goroutines, handles
)

// budgetFlash is what may be given to the card per result, in bytes, both uplinks at the default cadence.
const budgetFlash = 70

// Figure is one line of the report.
type Figure struct {
	What     string     `json:"what"`
	Unit     string     `json:"unit"`     // "B", "" for counts, "B a result"
	Quarters [4]float64 `json:"quarters"` // of the results: the lower quartile of the samples in each
	Growth   float64    `json:"growth"`   // from the third quarter to the last
	Bound    float64    `json:"bound"`    // of the growth
	OK       bool       `json:"ok"`
	Line     []float64  `json:"-"` // all samples
}

// Report says how the device did.
type Report struct {
	OK         bool          `json:"ok"`
	Wanted     uint64        `json:"wanted"`
	Kept       Kept          `json:"kept"`
	Took       time.Duration `json:"took"`       // nanoseconds
	Rate       float64       `json:"rate"`       // results per second
	Compressed float64       `json:"compressed"` // how many times faster than by default
	Flash      float64       `json:"flash"`      // bytes given to the card per result; what the missed ones cost included
	Stored     float64       `json:"stored"`     // bytes that the journal has at the end, likewise
	Figures    []Figure      `json:"figures"`
	Samples    []Sample      `json:"samples"`
	Whys       []string      `json:"whys,omitempty"` // why it is not OK
}

// Judge makes the report of a run. What the journal has kept must be what the device has done, but for the runs that
// were under way at the end.
func Judge(w Work, samples []Sample) Report {
	r := Report{Wanted: w.Results, Compressed: w.Compressed(), Samples: samples}
	if len(samples) == 0 {
		r.Whys = append(r.Whys, "the device said nothing")
		return r
	}
	last := samples[len(samples)-1]
	if r.Took = last.At; last.Kept != nil {
		r.Kept = *last.Kept
	}
	all := float64(max(1, r.Kept.Results))
	r.Rate = float64(r.Kept.Results) / r.Took.Seconds()
	r.Flash, r.Stored = float64(last.Written)/all, float64(last.Store)/all
	r.Figures = figures(samples)
	const flying = 40 * uplinks
	r.say(r.Kept.Results+flying < w.Results, "the device has not done its work in time")
	r.say(r.Kept.Results+flying < last.Results || r.Kept.Lost > 0, "the journal lacks results")
	r.say(r.Kept.Good < r.Kept.Results || r.Kept.Aborted > flying, "some runs were not good: what was measured was not the work")
	r.say(r.Flash > budgetFlash, "more is written to the card than it bears")
	for _, f := range r.Figures {
		r.say(!f.OK, f.What+" grows")
	}
	r.OK = len(r.Whys) == 0
	return r
}

func (r *Report) say(bad bool, why string) {
	if bad {
		r.Whys = append(r.Whys, why)
	}
}

// figures are what must be flat. The last sample is of a device that has ended.
func figures(samples []Sample) []Figure {
	running := samples[:max(1, len(samples)-1)]
	line := func(what, unit string, bound float64, value func(Sample) float64) Figure {
		f := Figure{What: what, Unit: unit, Bound: bound}
		for _, s := range running {
			f.Line = append(f.Line, value(s))
		}
		for i, q := range quarters(running) {
			var values []float64
			for _, s := range q {
				values = append(values, value(s))
			}
			f.Quarters[i] = lower(values)
		}
		f.Growth = f.Quarters[3] - f.Quarters[2]
		f.OK = f.Growth <= bound
		return f
	}
	return []Figure{
		line("resident memory", "B", slackMemory, func(s Sample) float64 { return float64(s.Resident) }),
		line("heap in use", "B", slackMemory, func(s Sample) float64 { return float64(s.Heap) }),
		line("goroutines", "", slackCounts, func(s Sample) float64 { return float64(s.Goroutines) }),
		line("open files and sockets", "", slackCounts, func(s Sample) float64 { return float64(s.Handles) }),
	}
}

// quarters parts samples by the results they were taken at.
func quarters(samples []Sample) (q [4][]Sample) {
	most := max(1, slices.MaxFunc(samples, func(a, b Sample) int { return cmp.Compare(a.Results, b.Results) }).Results)
	for _, s := range samples {
		i := min(3, int(4*s.Results/most))
		q[i] = append(q[i], s)
	}
	return q
}

// lower is the lower quartile of some values: a device with little in flight, whatever else the machine does. No number
// where there are none, which no bound allows.
func lower(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return slices.Sorted(slices.Values(values))[len(values)/4]
}
