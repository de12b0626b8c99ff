package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// Clock is the time that a prober stamps results with and judges certificates by.
type Clock interface {
	Now() firmware.Stamp
	TLSTime() time.Time                  // the best that is known
	Floor() (past time.Time, exact bool) // a time that has certainly passed; exact: it is the time itself
}

// Prober runs one check over one uplink. It is for one goroutine at a time.
type Prober interface {
	// Do runs the check once and returns within its timeout and 50 ms. When ctx ends earlier, the run ends
	// at once, as a local fault unless its verdict already stands.
	Do(ctx context.Context) firmware.Result
	// Close gives up what is held between runs.
	Close() error
}

// kind is what distinguishes the kinds of check: taking the measurement within a run's frame.
type kind interface {
	measure(ctx context.Context, r *run) error
	close() error // gives up what is held between runs; measure may follow
}

// maker prepares one kind of check.
type maker func(firmware.Check, Via, Clock, Settings) (kind, error)

// kinds is the map of kinds.
func kinds() map[string]maker {
	return map[string]maker{
		"dns":  newDNS,
		"http": newHTTP,
		"icmp": newICMP,
		"tcp":  newTCP,
		"tls":  newTLS,

		kindPortal:    newPortal,
		"transaction": newTransaction,
	}
}

// Kinds returns the names of the kinds of check that a service or a control may have, sorted.
func Kinds() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(kinds())), func(k string) bool { return k == kindPortal })
}

// New prepares a check for running: everything that can be computed or found wrong ahead is so here. The error
// says which check and what to mend, and holds no secret of the check.
func New(check firmware.Check, via Via, clock Clock, set Settings) (Prober, error) {
	fail := func(err error) (Prober, error) { return nil, fmt.Errorf("prepare check %s: %w", check.Ref, err) }
	prepare, known := kinds()[check.Kind]
	switch {
	case !known:
		return fail(fmt.Errorf("kind %q is not one of %s", check.Kind, strings.Join(Kinds(), ", ")))
	case check.Timeout <= 0:
		return fail(fmt.Errorf("timeout %v must be more than 0", check.Timeout))
	case check.Interval < 0 || check.MaxLatency < 0:
		return fail(errors.New("interval and latency bound must not be negative"))
	case via.Dial == nil || via.ListenPacket == nil || via.Resolvers == nil || clock == nil:
		return fail(errors.New("an uplink with Dial, ListenPacket and Resolvers, and a clock, are needed"))
	}
	k, err := prepare(check, via, clock, set)
	if err != nil {
		return fail(err)
	}
	return &frame{check: check, via: via, clock: clock, canary: set.Canary, kind: k}, nil
}
