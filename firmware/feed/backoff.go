package feed

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff spreads retries: a random wait (full jitter) under a limit that doubles, so that a broker's return is
// not met by the whole fleet at once.
type backoff struct {
	first, most time.Duration
	failures    int
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

// wait waits before the next try; false when ctx ended first.
func (b *backoff) wait(ctx context.Context) bool {
	t := time.NewTimer(rand.N(b.limit()) + time.Millisecond)
	defer t.Stop()
	b.failures++
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
