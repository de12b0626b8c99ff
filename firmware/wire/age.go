package wire

import (
	"fmt"
	"time"
)

// maxAge bounds every duration that a peer may state; older is as good as this old.
const maxAge = 30 * 24 * time.Hour

// none is how an absent age reads: negative, no evidence.
const none = time.Duration(-1)

// ageOf is d in whole milliseconds, rounded up since evidence must never look younger; nil when negative.
func ageOf(d time.Duration) *int64 {
	if d < 0 {
		return nil
	}
	ms := int64((min(d, maxAge) + time.Millisecond - 1) / time.Millisecond)
	return &ms
}

// readAge is the reverse of ageOf, for what a peer states.
func readAge(ms *int64) (time.Duration, error) {
	if ms == nil {
		return none, nil
	}
	return readSpan(*ms)
}

// readSpan reads a duration in milliseconds that a peer states.
func readSpan(ms int64) (time.Duration, error) {
	if ms < 0 || ms > maxAge.Milliseconds() {
		return 0, fmt.Errorf("%d ms is not a duration from 0 to 30 days", ms)
	}
	return time.Duration(ms) * time.Millisecond, nil
}
