package uplink

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// unheard is an address at the internet where nobody is.
const unheard = "10.9.0.9"

// long is far more than any of these runs should take.
const long = 20 * time.Second

// underWay are runs that would not end for long.
func underWay() map[string]firmware.Check {
	return map[string]firmware.Check{
		"http, body stalls": page("http://shop.example/stall"), "https, body stalls": page("https://shop.example/stall"),
		"tls, hangs":   handshake("shop.example:444"),
		"tcp, silent":  {Kind: "tcp", TCP: &firmware.TCPCheck{Target: unheard + ":80"}},
		"dns, silent":  {Kind: "dns", DNS: &firmware.DNSCheck{Name: "shop.example", Type: "A", Server: unheard + ":53"}},
		"icmp":         {Kind: "icmp", ICMP: &firmware.ICMPCheck{Host: "10.9.0.1", Count: 90}},
		"icmp, silent": {Kind: "icmp", ICMP: &firmware.ICMPCheck{Host: unheard, Count: 90}},
	}
}

// watched runs u until the test ends.
func watched(t *testing.T, u *Uplink) {
	heard := make(chan told, 64)
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	g.Go(func() error {
		return u.Run(ctx, time.Hour, func(up bool, why string) { heard <- told{up, why} })
	})
	t.Cleanup(func() { stop(); g.Wait() })
	await(t, heard, told{true, ""}, "at the start")

}

// TestARunEndsWithItsUplink: whatever a run is waiting for, when its uplink goes or changes it ends at once, as a fault of
// this device's; and over the other uplink the same goes on.
func TestARunEndsWithItsUplink(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	ups := pair()
	watched(t, ups[0])
	watched(t, ups[1])
	for _, step := range []struct {
		name, do string
		at       int
		back     func()
	}{
		{"switched off", "link set a0 down", 0, func() { ip(t, 0, "link set a0 up"); route(t, 0) }},
		{"the other end gone", "link set b0 down", pid, func() { ip(t, pid, "link set b0 up") }},
		{"without a default route", "route del default dev a0", 0, func() { route(t, 0) }},
		{"by another router", "route replace default via 10.1.0.9 dev a0 metric 000", 0, func() { ip(t, 0, "route del default dev a0"); route(t, 0) }},
		{"another address", "addr add 10.1.0.7/24 dev a0", 0, func() { ip(t, 0, "addr del 10.1.0.7/24 dev a0") }},
		{"vanished", "link del a0", 0, func() { wire(t, pid, 0) }},
	} {
		t.Run(step.name, func(t *testing.T) {
			var done atomic.Int64      // when the step was done, in nanoseconds
			var running sync.WaitGroup // until each run has opened its socket
			var g, other errgroup.Group
			ctx, stop := context.WithCancel(t.Context())
			for name, check := range underWay() {
				check.Timeout = long
				p, same := begun(t, ups[0], check, &running), begun(t, ups[1], check, &running)
				g.Go(func() error {
					r := p.Do(t.Context())
					after := time.Since(time.Unix(0, done.Load()))
					t.Logf("%-20s %v %5.1f ms after it was done: %s", name, r.Outcome, ms(after), r.Detail)
					if r.Outcome != firmware.OutcomeLocalFault || after > time.Second {
						t.Errorf("%s: %v %v after it was done", name, r.Outcome, after)
					}
					return nil
				})
				other.Go(func() error {
					if r := same.Do(ctx); ctx.Err() == nil {
						t.Errorf("%s over the other uplink ended too: %v, %s", name, r.Outcome, r.Detail)
					}
					return nil
				})
			}
			running.Wait()
			done.Store(time.Now().UnixNano())
			ip(t, step.at, step.do)
			done.Store(time.Now().UnixNano())
			g.Wait()
			stop()
			other.Wait()
			step.back()
			carries(t, ups[0])
		})
	}
}

// carries waits until an uplink is up, has noticed, and carries.
func carries(t *testing.T, u *Uplink) {
	t.Helper()
	for late := time.Now().Add(3 * time.Second); time.Now().Before(late); {
		_, err := call(t.Context(), u)
		like := fmt.Sprint(interfaceIndex(u.facts.Interface), u.Look())
		u.life.mu.Lock()
		noticed := like == u.life.like
		u.life.mu.Unlock()
		if err == nil && noticed {
			return
		}
	}
	t.Fatalf("%s is not up again", u.Name())
}

// begun is over, and tells when the run's own socket is being opened.
func begun(t *testing.T, u *Uplink, check firmware.Check, running *sync.WaitGroup) probe.Prober {
	running.Add(1)
	var once sync.Once
	via := probe.Over(u)
	dial, listen := via.Dial, via.ListenPacket
	via.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if check.Kind == "tcp" { // never connects
			once.Do(running.Done)
		}
		c, err := dial(ctx, network, address)
		once.Do(running.Done)
		return c, err
	}
	via.ListenPacket = func(ctx context.Context, network, address string) (net.PacketConn, error) {
		c, err := listen(ctx, network, address)
		if check.Kind == "dns" || check.Kind == "icmp" {
			once.Do(running.Done)
		}
		return c, err
	}
	return overVia(t, via, check)
}
