package probe_test

import (
	"context"
	"net"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

func dnsCheck(name, kind, server string, timeout time.Duration, want ...string) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Name: "names"}, Kind: "dns", Role: firmware.RoleControl, Interval: time.Second,
		Timeout: timeout, DNS: &firmware.DNSCheck{Name: name, Type: kind, Server: server, Answers: want},
	}
}

// TestNoUsableResolver: what only a config without sense, or a device without IPv6, can bring about.
func TestNoUsableResolver(t *testing.T) {
	good := resolver(t, answers(t, "shop.example. 60 IN A 192.0.2.7"))
	for _, tc := range []struct {
		name    string
		servers []string
		want    firmware.Outcome
	}{
		{"none configured", nil, firmware.OutcomeLocalFault},
		{"one unreachable from here", []string{"[2001:db8::1]:53", good}, firmware.OutcomeOK},
	} {
		r := do(t, prober(t, dnsCheck("shop.example.", "A", "", long), loopback4(tc.servers...), probe.Defaults()), long)
		if r.Outcome != tc.want {
			t.Errorf("%s: %v (%s), want %v", tc.name, r.Outcome, r.Detail, tc.want)
		}
	}
}

// loopback4 has no IPv6, whatever this machine has.
func loopback4(resolvers ...string) probe.Via {
	via := loopback(resolvers...)
	via.ListenPacket = func(ctx context.Context, _, _ string) (net.PacketConn, error) {
		return (&net.ListenConfig{}).ListenPacket(ctx, "udp4", "127.0.0.1:0")
	}
	return via
}

func TestStoppedLookupIsNoFault(t *testing.T) {
	p := prober(t, dnsCheck("shop.example", "A", resolver(t, silent), long), loopback(), probe.Defaults())
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(50*time.Millisecond, cancel)
	defer timer.Stop()
	if r := p.Do(ctx); r.Outcome != firmware.OutcomeLocalFault || r.Took > long/5 {
		t.Errorf("%+v, want a local fault at once", r)
	}
}

// onLink is a socket of an uplink whose resolver has an address of the link, which the kernel tells with its zone.
type onLink struct {
	net.PacketConn
	resolver net.Addr
}

// WriteTo sends to the resolver.
func (c onLink) WriteTo(p []byte, _ net.Addr) (int, error) {
	return c.PacketConn.WriteTo(p, c.resolver)
}

// ReadFrom receives from the resolver.
func (c onLink) ReadFrom(p []byte) (int, net.Addr, error) {
	n, _, err := c.PacketConn.ReadFrom(p)
	return n, &net.UDPAddr{IP: net.ParseIP("fe80::53"), Port: 53, Zone: "eth0"}, err
}

// TestResolverOnTheLink: routers announce resolvers by an address of the link, and systems write it with the interface's
// name, its number or neither.
func TestResolverOnTheLink(t *testing.T) {
	at, err := net.ResolveUDPAddr("udp", resolver(t, answers(t, "shop.example. 60 IN A 192.0.2.7")))
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range []string{"[fe80::53]:53", "[fe80::53%eth0]:53", "[fe80::53%2]:53"} {
		via := loopback(server)
		via.ListenPacket = func(ctx context.Context, _, _ string) (net.PacketConn, error) {
			c, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp4", "127.0.0.1:0")
			return onLink{c, at}, err
		}
		if r := do(t, prober(t, dnsCheck("shop.example.", "A", "", short, "192.0.2.7"), via, probe.Defaults()), short); !r.Outcome.OK() {
			t.Errorf("%s: %v (%s), want ok", server, r.Outcome, r.Detail)
		}
	}
}
