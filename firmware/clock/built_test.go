package clock_test

import (
	"testing"
	"time"

	"edgeprobe.io/firmware/clock"
)

// TestBuilt: whoever builds this, and however, there is a floor, and it has passed.
func TestBuilt(t *testing.T) {
	if at := clock.Built(); at.Before(time.Date(2026, time.February, 1, 0, 0, 0, 0, time.UTC)) || at.After(time.Now()) {
		t.Errorf("built at %v", at)
	}
}
