package uplink

import (
	"context"
	"time"
)

// calmDown is the least time between two looks, so that a storm of changes costs little.
const calmDown = 10 * time.Millisecond

// Run tells the state until ctx ends: it calls notify with the first one, with each later one that differs, and when
// the uplink is up as before, but has other addresses or routes. It looks whenever the kernel says that a link, an
// address, a route or a rule has changed, and every so often besides, for what the kernel did not say. Whatever it finds
// changed ends the uplink's [Uplink.Life]. Whatever the kernel says also wakes [Uplink.KeepResolvers]. It returns nil
// when ctx ends.
func (u *Uplink) Run(ctx context.Context, every time.Duration, notify func(up bool, why string)) error {
	changed, err := hear()
	if err != nil { // then every so often must do
		watch(func() bool { return pause(ctx, every) }, u.regard, notify)
		return nil
	}
	defer changed.close()
	watch(func() bool { return pause(ctx, calmDown) && changed.await(ctx, every, u.changed) }, u.regard, notify)
	return nil
}

// watch looks again whenever next returns true, until it returns false.
func watch(next func() bool, look func() (up bool, why string, anew bool), notify func(bool, string)) {
	up, why, _ := look()
	notify(up, why)
	for next() {
		if u, w, anew := look(); u != up || w != why || anew && u {
			up, why = u, w
			notify(up, why)
		}
	}
}

// pause waits and reports whether ctx still lasts.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
