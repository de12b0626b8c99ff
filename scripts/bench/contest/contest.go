package contest

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Timing is how long everybody is looked at.
type Timing struct {
	Rounds int
	Warm   time.Duration // from the start of a process on, before its window
	Window time.Duration
}

// Usual returns three rounds of ten seconds each, after four for the first connections, which are full.
func Usual() Timing { return Timing{Rounds: 3, Warm: 4 * time.Second, Window: 10 * time.Second} }

// Figures are everybody's samples by name, one for each round.
type Figures map[string][]Sample

// Run lets the contestants take turns, and tells said of every sample.
func (a *Arena) Run(ctx context.Context, all []Contestant, t Timing, said func(round int, c Contestant, s Sample)) (Figures, error) {
	out := Figures{}
	for round := range t.Rounds {
		for _, c := range all {
			s, err := a.turn(ctx, c, t)
			if err != nil {
				return nil, fmt.Errorf("measure %s: %w", c.Name, err)
			}
			out[c.Name] = append(out[c.Name], s)
			said(round+1, c, s)
		}
	}
	return out, nil
}

// turn is one contestant's in one round, with a folder of its own.
func (a *Arena) turn(ctx context.Context, c Contestant, t Timing) (Sample, error) {
	dir, err := os.MkdirTemp("", "edgeprobe-bench-")
	if err != nil {
		return Sample{}, fmt.Errorf("make bench folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return a.watch(ctx, c, dir, t)
}
