package probe

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
)

// brittle is a kind with a fault that some answer brings to light.
type brittle struct{}

func (brittle) measure(context.Context, *run) error {
	var none []netip.Addr
	_ = none[len("hunter2")]
	return nil
}

func (brittle) close() error { return nil }

// TestAPanicIsOurOwnFault: it ends the run, not the daemon, and speaks against nobody.
func TestAPanicIsOurOwnFault(t *testing.T) {
	clk, err := clock.New(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	f := &frame{check: firmware.Check{Kind: "http", Timeout: time.Second}, clock: clk, kind: brittle{}}
	if r := f.Do(t.Context()); r.Outcome != firmware.OutcomeLocalFault || !strings.Contains(r.Detail, "fault in edgeprobe's http check") {
		t.Errorf("%v (%s)", r.Outcome, r.Detail)
	}
}
