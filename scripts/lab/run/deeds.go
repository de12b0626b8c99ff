package run

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/scripts/lab/scenario"
)

// deeds does and undoes every fault at its time, and returns when the scenario is over and all are undone.
func (p *player) deeds(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, f := range p.s.Faults {
		g.Go(func() error { return p.deed(ctx, f) })
	}
	g.Go(func() error {
		p.say(fmt.Sprintf("playing for %v", p.s.Lasts))
		return p.until(ctx, p.s.Lasts)
	})
	return g.Wait()
}

// deed does one fault as often as it is done.
func (p *player) deed(ctx context.Context, f scenario.Fault) error {
	for _, act := range f.Acts {
		undo, err := p.begun(ctx, f, act.From)
		if err != nil {
			return err
		}
		if err := p.until(ctx, act.Until); err != nil {
			return err
		}
		if undo == nil {
			continue
		}
		p.say("undoing " + f.Name)
		if err := undo(ctx); err != nil {
			return fmt.Errorf("undo %s (line %d): %w", f.Name, f.Line, err)
		}
	}
	return nil
}

// begun does a fault at its time, unless that was done before the devices started.
func (p *player) begun(ctx context.Context, f scenario.Fault, at time.Duration) (undo func(context.Context) error, err error) {
	if undo, early := p.early[f.Name]; early {
		return undo, nil
	}
	if err := p.until(ctx, at); err != nil {
		return nil, err
	}
	p.say("doing " + f.Name)
	if undo, err = p.world.Do(ctx, f); err != nil {
		return nil, fmt.Errorf("do %s (line %d): %w", f.Name, f.Line, err)
	}
	return undo, nil
}

// until waits for a time of the scenario.
func (p *player) until(ctx context.Context, at time.Duration) error {
	timer := time.NewTimer(at - time.Since(p.zero))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
