package feed

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// backoff spreads retries: a random wait (full jitter) under a limit that doubles, so that a broker's return is
// not met by the whole fleet at once. While there is news the next try is brought forward, at random too.
type backoff struct {
	first, most, soon time.Duration
	failures          int
	due               time.Time // of the next try without news; passed: the next wait draws another
}

// limit is what the next wait stays under.
func (b *backoff) limit() time.Duration {
	limit := b.first
	for range b.failures {
		if limit >= b.most/2 {
			return b.most
		}
		limit *= 2
	}
	return limit
}

// reset begins anew, as after a connection that was good.
func (b *backoff) reset() { b.failures, b.due = 0, time.Time{} }

// wait waits before the next try; false when ctx ended first. Early says that news brought the try forward.
func (b *backoff) wait(ctx context.Context, n *news) (early, ok bool) {
	if !b.due.After(time.Now()) {
		b.due = time.Now().Add(rand.N(b.limit()) + time.Millisecond)
		b.failures++
	}
	t := time.NewTimer(time.Until(b.due))
	defer t.Stop()
	for fresh := n.fresh(); ; fresh = n.fresh() {
		if soon := rand.N(b.soon) + time.Millisecond; fresh && !early && soon < time.Until(b.due) {
			early = true
			t.Reset(soon)
		}
		select {
		case <-t.C:
			return early, true
		case <-n.came:
		case <-ctx.Done():
			return early, false
		}
	}
}

// news is that something happened which people and peers wait for.
type news struct {
	lasts  time.Duration // so long: a broker that is away for days is not asked all the time
	newest atomic.Pointer[time.Time]
	came   chan struct{}
}

func (n *news) come() {
	now := time.Now()
	n.newest.Store(&now)
	select {
	case n.came <- struct{}{}:
	default:
	}
}

func (n *news) fresh() bool {
	at := n.newest.Load()
	return at != nil && time.Since(*at) < n.lasts
}
