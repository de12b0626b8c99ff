package uplink

import (
	"context"
	"time"
)

// Run reads the state every so often until ctx ends and calls notify with the first state and with each later
// one that differs. It returns nil when ctx ends.
func (u *Uplink) Run(ctx context.Context, every time.Duration, notify func(up bool, why string)) error {
	return watch(ctx, every, u.State, notify)
}

func watch(ctx context.Context, every time.Duration, state func() (bool, string), notify func(bool, string)) error {
	up, why := state()
	notify(up, why)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if u, w := state(); u != up || w != why {
			up, why = u, w
			notify(up, why)
		}
	}
}
