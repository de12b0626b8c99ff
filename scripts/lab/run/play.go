package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

// How long a run waits for what must happen by itself.
const (
	settleWithin = 60 * time.Second // the devices started, and up on every service
	quietFor     = 2 * time.Second  // no event has come for so long: the feed has caught up
	quietWithin  = 15 * time.Second // waited at most for that
	stopWithin   = 20 * time.Second
)

// player plays one scenario.
type player struct {
	world World
	s     *scenario.Scenario
	zero  time.Time                              // when the scenario began
	say   func(string)                           // progress
	early map[string]func(context.Context) error // undoes what was done before the devices started, by fault
}

// Play plays a scenario and has it judged; say is told each step. A report with the outcome Broken means that it
// could not be played.
func Play(ctx context.Context, w World, s *scenario.Scenario, say func(string)) judge.Report {
	began := time.Now()
	p := &player{world: w, s: s, say: say, early: map[string]func(context.Context) error{}}
	c, err := p.play(ctx)
	if err = errors.Join(err, w.Close()); err != nil {
		r := judge.Unplayed(s, err)
		r.Took = judge.InMs(time.Since(began))
		return r
	}
	r := judge.Judge(c)
	r.Took = judge.InMs(time.Since(began))
	return r
}

func (p *player) play(ctx context.Context) (judge.Case, error) {
	var c judge.Case
	if err := p.begin(ctx); err != nil {
		return c, err
	}
	if err := p.deeds(ctx); err != nil {
		return c, err
	}
	p.say("waiting for the feed to catch up")
	p.quiet(ctx)
	c.Stopped = time.Since(p.zero)
	p.say("stopping")
	stopping, cancel := context.WithTimeout(ctx, stopWithin)
	defer cancel()
	if err := p.world.Stop(stopping); err != nil {
		return c, fmt.Errorf("stop the devices: %w", err)
	}
	c.Scenario, c.Stores, c.Log = p.s, p.world.Holdings(), p.world.Log().All()
	return c, nil
}

// begin builds the world, does what is done before the devices start, starts them and waits until all is up.
func (p *player) begin(ctx context.Context) error {
	p.say("building the world")
	if err := p.world.Open(ctx); err != nil {
		return fmt.Errorf("build the world: %w", err)
	}
	for _, f := range p.s.Faults {
		if f.Boot {
			undo, err := p.world.Do(ctx, f)
			if err != nil {
				return fmt.Errorf("do %s before the devices start: %w", f.Name, err)
			}
			p.early[f.Name] = undo
		}
	}
	if err := p.world.Boot(ctx); err != nil {
		return fmt.Errorf("start the devices: %w", err)
	}
	if p.s.World.Settle {
		p.say("waiting until everything is up")
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	p.world.Begin()
	p.zero = time.Now()
	return nil
}

// settle waits until every device says, having heard all others, that every service is up.
func (p *player) settle(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	var missing []string
	if p.world.Log().Wait(waiting, func(all []seen.Observation) bool {
		missing = unsettled(all, p.s.World.Devices)
		return len(missing) == 0
	}) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("the devices did not settle within %v: %s", settleWithin, strings.Join(missing, ", "))
}

// unsettled says whose newest decisions are not up in full view; a device without any decision is unsettled too.
func unsettled(all []seen.Observation, devices []string) (missing []string) {
	newest := map[[2]string]string{}
	for _, o := range all {
		if o.Source != seen.Feed || o.Kind != "decision" {
			continue
		}
		state := o.Text("status")
		if state == "up" && o.Text("view") != "full" && len(devices) > 1 {
			state = "up in a partial view"
		}
		newest[[2]string{o.Device, o.Subject}] = state
	}
	for _, d := range devices {
		heard := false
		for who, state := range newest {
			heard = heard || who[0] == d
			if who[0] == d && state != "up" {
				missing = append(missing, fmt.Sprintf("%s says %s of %s", d, state, who[1]))
			}
		}
		if !heard {
			missing = append(missing, d+" says nothing")
		}
	}
	slices.Sort(missing)
	return missing
}
