package probe_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"runtime/pprof"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

// TestMain fails the package when it leaves goroutines behind.
func TestMain(m *testing.M) {
	if os.Getenv(benchServer) != "" {
		serveBench()
		return
	}
	if os.Getenv(frozenURL) != "" {
		measureFrozen()
		return
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		runtime.Gosched()
	}
	fuzzing := flag.Lookup("test.fuzz").Value.String() != "" // its engine listens for signals to the end
	if n := runtime.NumGoroutine(); n > before && code == 0 && !fuzzing {
		fmt.Fprintf(os.Stderr, "%d goroutines are left, there were %d:\n", n, before)
		pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
		code = 1
	}
	os.Exit(code)
}

// The kit that the table's servers are made of, by short names.
var (
	serve, serveTLS           = probetest.Serve, probetest.ServeTLS
	says, saysAndHolds        = probetest.Says, probetest.SaysAndHolds
	waits, readRequest, holds = probetest.Waits, probetest.ReadRequest, probetest.Holds
	blackhole                 = probetest.Blackhole
	resolver, answers, rcode  = probetest.Resolver, probetest.Answers, probetest.RCode
	silent                    = probetest.Silent
	answer, moved             = probetest.Answer, probetest.Moved
	newAuthority              = probetest.NewAuthority
	pageAndScript             = probetest.PageAndScript
	uploadInParts             = probetest.UploadInParts
)

const part, recorder, markup = probetest.Part, probetest.Recorder, probetest.Markup

// loopback is an uplink that opens plain sockets.
func loopback(resolvers ...string) probe.Via {
	var servers []netip.AddrPort
	for _, r := range resolvers {
		servers = append(servers, netip.MustParseAddrPort(r))
	}
	var l net.ListenConfig
	return probe.Via{
		Uplink: "lo",
		Dial:   (&net.Dialer{KeepAlive: -1}).DialContext,
		ListenPacket: func(ctx context.Context, network, address string) (net.PacketConn, error) {
			return l.ListenPacket(ctx, network, address)
		},
		Resolvers: func() []netip.AddrPort { return servers },
	}
}

// setClock is this machine's clock, which tests believe whether anybody synchronises it or not.
type setClock struct{ *clock.Clock }

func (c setClock) Floor() (past time.Time, exact bool) { return c.TLSTime(), true }

func realClock(t testing.TB) probe.Clock {
	c, err := clock.New(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return setClock{c}
}

func prober(t testing.TB, check firmware.Check, via probe.Via, set probe.Settings) probe.Prober {
	t.Helper()
	p, err := probe.New(check, via, realClock(t), set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// starved is how much longer than its run a test may take before this machine is to blame.
const starved = time.Second

// do runs once and holds the frame's promises. A run that this machine itself overslept is tried again, up to five times.
func do(t testing.TB, p probe.Prober, timeout time.Duration) firmware.Result {
	t.Helper()
	const grace = 50 * time.Millisecond
	for try := 0; ; try++ {
		began := time.Now()
		r := p.Do(t.Context())
		wall := time.Since(began)
		if (r.Took > timeout+grace || wall > timeout+grace+starved) && try < 5 {
			continue
		}
		if r.Took > timeout+grace || wall > timeout+grace+starved {
			t.Errorf("took %v (%v by the wall), timeout %v", r.Took, wall, timeout)
		}
		if r.Took%time.Microsecond != 0 || r.Start.Zero() || len(r.Detail) > firmware.MaxDetail || !r.Outcome.OK() && r.Detail == "" {
			t.Errorf("not a sound result: %+v", r)
		}
		return r
	}
}

func httpCheck(url, address string, timeout time.Duration) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Service: "shop", Name: "page"}, Kind: "http", Role: firmware.RoleEdge,
		Interval: 10 * time.Second, Timeout: timeout, HTTP: &firmware.HTTPCheck{URL: url, Address: address},
	}
}
