package contest

import (
	"math"
	"slices"

	"edgeprobe.io/scripts/bench/yardstick"
)

// The budgets, as the design states them. Those of CPU time are shares of what the bare loop takes in full and back to
// back, which was 0.85 ms where they were set.
const (
	budgetResumed = 0.45 / 0.85
	budgetKept    = 0.12 / 0.85
	budgetGET     = 3600 // bytes, resumed
	budgetHEAD    = 2500 // bytes, resumed
)

// part is a figure of ours that no run has alone: every other run is full, so that the certificate stays proven.
type part struct {
	name      string
	mix, full string  // the contestants that ran it among full runs, and full runs alone
	cpu       float64 // its budget, as a share of the base; 0: none
	bytes     float64 // its budget
}

func parts() []part {
	return []part{
		{"edgeprobed, a resumed run", oursMixed, oursFull, budgetResumed, budgetGET},
		{"edgeprobed, a resumed run, HEAD", headMixed, headFull, budgetResumed, budgetHEAD},
		{"edgeprobed, a kept run", oursKept, oursFull, budgetKept, 0},
	}
}

// Rows are the report: CPU time, bytes and memory of everybody, beside the base and the best of the peers.
func (f Figures) Rows(all []Contestant) []yardstick.Row {
	cpu := f.column("CPU per probe: ", "ms", all, func(s Sample) float64 { return s.CPU })
	bytes := f.column("bytes per probe: ", "B", all, func(s Sample) float64 { return s.Bytes })
	peak := f.column("peak memory, 40 targets: ", "MB", all, func(s Sample) float64 { return s.Peak })
	return slices.Concat(cpu, bytes, peak)
}

// column is one figure of everybody, compared with the bare loop at the same pace: whoever asks once a second each wakes
// from idle each time, and that costs more than asking. The parts follow, except for memory, which has none.
func (f Figures) column(what, unit string, all []Contestant, of func(Sample) float64) (rows []yardstick.Row) {
	median := func(name string) float64 { return yardstick.Rounds("", unit, each(f[name], of)).Value }
	alike, best := median(bareFull), f.best(all, median)
	add := func(r yardstick.Row) {
		r.What = what + r.What
		r.Bare, r.Peer = r.Value/alike, r.Value/best
		rows = append(rows, r)
	}
	for _, c := range all {
		r := yardstick.Rounds(c.Name, unit, each(f[c.Name], of))
		r.Note = c.Note
		add(r)
	}
	for _, p := range parts() {
		if unit == "MB" {
			break
		}
		r := yardstick.Rounds(p.name, unit, f.apart(p, of))
		r.Note = "computed: " + p.mix + ", without its full runs"
		r.Budget = p.bytes
		if unit == "ms" {
			r.Budget = p.cpu * median(base)
		}
		add(r)
	}
	return rows
}

// best is the least median of the peers.
func (f Figures) best(all []Contestant, median func(name string) float64) float64 {
	least := math.Inf(1)
	for _, c := range all {
		if c.Peer {
			least = min(least, median(c.Name))
		}
	}
	return least
}

// apart takes the full runs out of a mix, round by round: what is left, per run.
func (f Figures) apart(p part, of func(Sample) float64) (out []float64) {
	for i, s := range f[p.mix] {
		out = append(out, rest(of(s), of(f[p.full][i]), s.Full))
	}
	return out
}

// rest is x of mix = share*full + (1-share)*x.
func rest(mix, full, share float64) float64 { return (mix - share*full) / (1 - share) }

func each(samples []Sample, of func(Sample) float64) (out []float64) {
	for _, s := range samples {
		out = append(out, of(s))
	}
	return out
}
