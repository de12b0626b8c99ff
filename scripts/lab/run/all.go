package run

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
)

// Plan is how many scenarios are played.
type Plan struct {
	Scenarios []*scenario.Scenario
	Jobs      int       // at once; at least 1
	Results   io.Writer // a line of JSON per report, as they end
	Say       *Progress
	// Play plays one scenario in a room of its own and tells its steps.
	Play func(ctx context.Context, s *scenario.Scenario, say func(string)) judge.Report
}

// All plays every scenario of a plan and returns the reports in their order. Its error means that the results could
// not be written, or that ctx ended: the reports are then those that there are.
func All(ctx context.Context, p Plan) ([]judge.Report, error) {
	done := make([]*judge.Report, len(p.Scenarios))
	var mu sync.Mutex // guards the results
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, p.Jobs))
	for i, s := range p.Scenarios {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			p.Say.began(s.Name)
			r := p.Play(ctx, s, func(step string) { p.Say.step(s.Name, step) })
			if ctx.Err() != nil {
				return ctx.Err() // it was broken off
			}
			mu.Lock()
			defer mu.Unlock()
			done[i] = &r
			p.Say.ended(r)
			if err := json.NewEncoder(p.Results).Encode(r); err != nil {
				return fmt.Errorf("write results: %w", err)
			}
			return nil
		})
	}
	err := g.Wait()
	var reports []judge.Report
	for _, r := range done {
		if r != nil {
			reports = append(reports, *r)
		}
	}
	return reports, err
}

// Progress tells people how far a run is: a line for each scenario that ended, with its timeline where somebody has to
// look, and on a terminal a last line that is rewritten.
type Progress struct {
	mu       sync.Mutex
	to       io.Writer
	terminal bool
	total    int
	bad      int
	ends     int
	running  []string          // names, in the order they began
	steps    map[string]string // by name
	start    time.Time
}

// NewProgress makes the progress of a run of so many scenarios.
func NewProgress(to io.Writer, terminal bool, total int) *Progress {
	return &Progress{to: to, terminal: terminal, total: total, steps: map[string]string{}, start: time.Now()}
}
