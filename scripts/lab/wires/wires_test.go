package wires_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/sandbox"
	"edgeprobe.io/scripts/lab/wires"
)

// Every test runs in a sandbox.
func TestMain(m *testing.M) {
	inside, err := sandbox.Settle()
	switch {
	case err != nil:
		fmt.Println(err)
		os.Exit(1)
	case inside:
		os.Exit(m.Run())
	}
	err = sandbox.Run(context.Background(), sandbox.Room{Name: "test wires", Args: os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// A pair is a device behind a router that translates addresses, and a host beyond. Each test has nodes of its own.
type pair struct {
	t              *testing.T
	net            *wires.Net
	near, mid, far string // nodes
	wire           string // the link between near and mid
}

const (
	nearIP, midIP, midOutIP, farIP = "198.18.1.2", "198.18.1.1", "192.0.2.1", "192.0.2.9"
	near6, far6                    = "2001:db8:1::2", "2001:db8:2::9"
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, s := range texts {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}

func lay(t *testing.T) *pair {
	t.Helper()
	short := strings.ToLower(strings.TrimPrefix(t.Name(), "Test"))
	p := &pair{t: t, near: "near-" + short, mid: "mid-" + short, far: "far-" + short, wire: "wire"}
	via := netip.MustParseAddr
	var err error
	p.net, err = wires.Lay(t.Context(), wires.Plan{
		Nodes: []wires.Node{
			{Name: p.near, Routes: []wires.Route{{Via: via(midIP), Iface: "eth0", Metric: 100}, {Via: via("2001:db8:1::1"), Iface: "eth0"}}},
			{Name: p.mid, Forward: true, NAT: "up0", Routes: []wires.Route{{Via: via("2001:db8:2::9"), Iface: "up0"}}},
			{Name: p.far, Routes: []wires.Route{{Via: via("2001:db8:2::1"), Iface: "eth0"}}},
		},
		Links: []wires.Link{
			{Name: "wire", A: wires.End{Node: p.near, Iface: "eth0", Addrs: prefixes(nearIP+"/24", near6+"/64")}, B: wires.End{Node: p.mid, Iface: "in0", Addrs: prefixes(midIP+"/24", "2001:db8:1::1/64")}},
			{Name: "trunk", A: wires.End{Node: p.mid, Iface: "up0", Addrs: prefixes(midOutIP+"/24", "2001:db8:2::1/64")}, B: wires.End{Node: p.far, Iface: "eth0", Addrs: prefixes(farIP+"/24", far6+"/64")}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// echo answers every datagram at the far host until the test ends, and says where the newest came from.
func (p *pair) echo() (from func() string) {
	p.t.Helper()
	c, err := p.net.ListenPacket(p.t.Context(), p.far, "udp", "[::]:7")
	if err != nil {
		p.t.Fatal(err)
	}
	last := make(chan string, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1<<16)
		for {
			n, addr, err := c.ReadFrom(buffer)
			if err != nil {
				return
			}
			select {
			case last <- addr.(*net.UDPAddr).AddrPort().Addr().Unmap().String():
			default:
			}
			_, _ = c.WriteTo(buffer[:n], addr)
		}
	}()
	p.t.Cleanup(func() { c.Close(); <-done })
	return func() string { return <-last }
}

// ask sends n datagrams of a size, 2 ms apart, and returns how many came back within wait of the last, and the
// longest and shortest that one took.
func (p *pair) ask(to string, n, size int, wait time.Duration) (back int, least, most time.Duration) {
	p.t.Helper()
	c, err := p.net.Dial(p.t.Context(), p.near, "udp", net.JoinHostPort(to, "7"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer c.Close()
	sent := make([]time.Time, n)
	go func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for i := range sent {
			packet := make([]byte, size)
			packet[0], packet[1] = byte(i>>8), byte(i)
			sent[i] = time.Now()
			_, _ = c.Write(packet)
			<-tick.C
		}
		_ = c.SetReadDeadline(time.Now().Add(wait))
	}()
	buffer := make([]byte, 1<<16)
	for back < n {
		if _, err := c.Read(buffer); err != nil {
			break
		}
		took := time.Since(sent[int(buffer[0])<<8|int(buffer[1])])
		if back == 0 || took < least {
			least = took
		}
		most = max(most, took)
		back++
	}
	return back, least, most
}

const soon = 500 * time.Millisecond

// all holds that everything comes back now.
func (p *pair) all(when string) {
	p.t.Helper()
	for _, to := range []string{farIP, far6} {
		if back, _, _ := p.ask(to, 20, 100, 5*time.Second); back != 20 {
			p.t.Errorf("%s: %d of 20 came back from %s", when, back, to)
		}
	}
}

// with applies a fault around do and holds that all is well before and after.
func (p *pair) with(apply func() (wires.Undo, error), do func()) {
	p.t.Helper()
	p.all("before")
	undo, err := apply()
	if err != nil {
		p.t.Fatal(err)
	}
	do()
	if err := undo(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.all("after")
}

func TestAddressesAreTranslated(t *testing.T) {
	p := lay(t)
	from := p.echo()
	p.all("at once")
	if got := from(); got != midOutIP {
		t.Errorf("the far host hears %s, want the router's %s", got, midOutIP)
	}
}

func TestDead(t *testing.T) {
	p := lay(t)
	p.echo()
	p.with(func() (wires.Undo, error) { return p.net.Lose(t.Context(), p.wire, wires.Both, wires.Loss{Share: 1}) }, func() {
		if back, _, _ := p.ask(farIP, 20, 100, soon); back != 0 {
			t.Errorf("%d of 20 came back", back)
		}
		if out, err := p.net.Output(t.Context(), p.near, "", "ip", "-br", "link", "show", "eth0"); err != nil || !strings.Contains(out, " UP ") {
			t.Errorf("the carrier is gone: %s %v", out, err)
		}
	})
}

func TestDown(t *testing.T) {
	p := lay(t)
	p.echo()
	p.with(func() (wires.Undo, error) { return p.net.Down(t.Context(), "trunk") }, func() {
		if back, _, _ := p.ask(farIP, 20, 100, soon); back != 0 {
			t.Errorf("%d of 20 came back", back)
		}
	})
	p.with(func() (wires.Undo, error) { return p.net.Down(t.Context(), p.wire) }, func() {
		var err error
		for began := time.Now(); !errors.Is(err, syscall.ENETUNREACH) && time.Since(began) < 10*soon; { // the kernel tells itself within a second
			_, err = p.net.Dial(t.Context(), p.near, "udp", farIP+":7")
		}
		if !errors.Is(err, syscall.ENETUNREACH) {
			t.Errorf("without a carrier: %v, want that there is no way", err)
		}
		out, err := p.net.Output(t.Context(), p.near, "", "ip", "-br", "link", "show", "eth0")
		if err != nil || !strings.Contains(out, "NO-CARRIER") {
			t.Errorf("the device's link is %s %v", out, err)
		}
	})
}

func TestLoss(t *testing.T) {
	p := lay(t)
	p.echo()
	for _, w := range []struct {
		way      wires.Way
		min, max int // of 500; 30 % lost: 350, and 245 when it happens twice
	}{{wires.Out, 300, 400}, {wires.In, 300, 400}, {wires.Both, 190, 300}} {
		p.with(func() (wires.Undo, error) { return p.net.Lose(t.Context(), p.wire, w.way, wires.Loss{Share: 0.3}) }, func() {
			if back, _, _ := p.ask(farIP, 500, 100, soon); back < w.min || back > w.max {
				t.Errorf("%s: %d of 500 came back, want %d to %d", w.way, back, w.min, w.max)
			}
		})
	}
}

func TestBlackHoleForLongPackets(t *testing.T) {
	p := lay(t)
	p.echo()
	p.with(func() (wires.Undo, error) {
		return p.net.Lose(t.Context(), p.wire, wires.Out, wires.Loss{Share: 1, Longer: 1300})
	}, func() {
		if back, _, _ := p.ask(farIP, 20, 1300-28, soon); back != 20 { // IPv4 and UDP headers are 28 bytes
			t.Errorf("%d of 20 packets of 1300 bytes came back", back)
		}
		if back, _, _ := p.ask(farIP, 20, 1301-28, soon); back != 0 {
			t.Errorf("%d of 20 packets of 1301 bytes came back", back)
		}
	})
}

func TestOneFamily(t *testing.T) {
	p := lay(t)
	p.echo()
	p.with(func() (wires.Undo, error) {
		return p.net.Lose(t.Context(), p.wire, wires.Both, wires.Loss{Share: 1, Family: 6})
	}, func() {
		if back, _, _ := p.ask(far6, 20, 100, soon); back != 0 {
			t.Errorf("%d of 20 came back by IPv6", back)
		}
		if back, _, _ := p.ask(farIP, 20, 100, soon); back != 20 {
			t.Errorf("%d of 20 came back by IPv4", back)
		}
	})
}

func TestBlockedAddress(t *testing.T) {
	p := lay(t)
	p.echo()
	p.with(func() (wires.Undo, error) {
		return p.net.Lose(t.Context(), p.wire, wires.Both, wires.Loss{Share: 1, Address: prefixes(farIP + "/32")})
	}, func() {
		if back, _, _ := p.ask(farIP, 20, 100, soon); back != 0 {
			t.Errorf("%d of 20 came back from the blocked address", back)
		}
		if back, _, _ := p.ask(far6, 20, 100, soon); back != 20 {
			t.Errorf("%d of 20 came back from another", back)
		}
	})
}

func TestDelay(t *testing.T) {
	p := lay(t)
	p.echo()
	const d, jitter = 80 * time.Millisecond, 40 * time.Millisecond
	p.with(func() (wires.Undo, error) { return p.net.Delay(t.Context(), p.wire, wires.Out, d, jitter) }, func() {
		for _, to := range []string{farIP, far6} {
			back, least, most := p.ask(to, 100, 1000, 5*time.Second)
			if back != 100 || least < d || most < d+jitter/2 || most > d+jitter+soon {
				t.Errorf("%d of 100 came back from %s, after %v to %v", back, to, least, most)
			}
		}
	})
	p.with(func() (wires.Undo, error) { return p.net.Delay(t.Context(), p.wire, wires.Both, d, 0) }, func() {
		if _, least, _ := p.ask(farIP, 100, 100, 5*time.Second); least < 2*d || least > 2*d+soon {
			t.Errorf("there and back took %v, want %v", least, 2*d)
		}
	})
}

func TestRate(t *testing.T) {
	p := lay(t)
	p.echo()
	p.with(func() (wires.Undo, error) { return p.net.Rate(t.Context(), p.wire, wires.Out, 1_000_000) }, func() {
		// 4 Mbit/s are sent for 1 s; a quarter passes, and what 300 ms of waiting and the burst hold.
		if back, _, _ := p.ask(farIP, 500, 1000-28, 5*time.Second); back < 110 || back > 190 {
			t.Errorf("%d of 500 packets of 1000 bytes came back, want 125 and some", back)
		}
	})
}

func TestRedirect(t *testing.T) {
	p := lay(t)
	p.echo()
	l, err := p.net.Listen(t.Context(), p.mid, "tcp", ":8080")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		c, err := p.net.Dial(ctx, p.near, "tcp", farIP+":80")
		if err == nil {
			c.Close()
		}
		return err
	}
	p.with(func() (wires.Undo, error) { return p.net.Redirect(t.Context(), p.mid, "in0", 80, 8080) }, func() {
		if err := dial(); err != nil {
			t.Errorf("nobody answers for the far host: %v", err)
		}
	})
	if err := dial(); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("without a redirect: %v, want that the far host refuses", err)
	}
}

func TestFaultsStandBesideEachOther(t *testing.T) {
	p := lay(t)
	p.echo()
	all := wires.Loss{Share: 1}
	first, err := p.net.Lose(t.Context(), p.wire, wires.In, all)
	if err != nil {
		t.Fatal(err)
	}
	p.with2(first, all)
}

// with2 holds that a link is dead until both faults are gone.
func (p *pair) with2(first wires.Undo, l wires.Loss) {
	second, err := p.net.Lose(p.t.Context(), p.wire, wires.In, l)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := first(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if back, _, _ := p.ask(farIP, 20, 100, soon); back != 0 {
		p.t.Errorf("%d of 20 came back with one of two faults gone", back)
	}
	if err := second(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.all("with both gone")
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	p := lay(t)
	ctx := t.Context()
	for name, try := range map[string]func() (wires.Undo, error){
		"no link":  func() (wires.Undo, error) { return p.net.Lose(ctx, "rope", wires.Both, wires.Loss{Share: 1}) },
		"no loss":  func() (wires.Undo, error) { return p.net.Lose(ctx, p.wire, wires.Both, wires.Loss{}) },
		"no delay": func() (wires.Undo, error) { return p.net.Delay(ctx, p.wire, wires.Both, 0, 0) },
		"no rate":  func() (wires.Undo, error) { return p.net.Rate(ctx, p.wire, wires.Both, 0) },
		"no node":  func() (wires.Undo, error) { return p.net.Redirect(ctx, "nowhere", "in0", 80, 8080) },
	} {
		if undo, err := try(); err == nil || undo != nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
