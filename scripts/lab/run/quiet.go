package run

import (
	"context"
	"slices"
	"time"

	"edgeprobe.io/firmware/wire"
	"edgeprobe.io/scripts/lab/seen"
)

// quiet waits until the feed has caught up: every device has been heard since, and no event has come for a while.
func (p *player) quiet(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, quietWithin)
	defer cancel()
	over := time.Since(p.zero)
	events := 0
	p.world.Log().Wait(ctx, func(all []seen.Observation) bool {
		events = count(all, wire.KindEvent)
		return heard(all, over, p.s.World.Devices)
	})
	for more := true; more && ctx.Err() == nil; {
		more = p.another(ctx, &events)
	}
}

// another waits for an event beyond so many, counts it, and reports whether one came in time.
func (p *player) another(ctx context.Context, events *int) bool {
	ctx, cancel := context.WithTimeout(ctx, quietFor)
	defer cancel()
	return p.world.Log().Wait(ctx, func(all []seen.Observation) bool {
		before := *events
		*events = count(all, wire.KindEvent)
		return *events > before
	})
}

func count(all []seen.Observation, kind wire.Kind) (n int) {
	for _, o := range all {
		if o.Source == seen.Feed && o.Kind == string(kind) {
			n++
		}
	}
	return n
}

// heard reports whether each device has sent a heartbeat since.
func heard(all []seen.Observation, since time.Duration, devices []string) bool {
	for _, d := range devices {
		if !slices.ContainsFunc(all, func(o seen.Observation) bool {
			return o.At >= since && o.Source == seen.Feed && o.Device == d && o.Kind == string(wire.KindHeartbeat)
		}) {
			return false
		}
	}
	return true
}
