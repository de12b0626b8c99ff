package uplink

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/uplink/resolvers"
	"edgeprobe.io/firmware/uplink/resolvers/bustest"
)

// given is an uplink whose resolvers are the system's: its files name 192.0.2.9.
func given(t *testing.T, name string, bus *bustest.Bus) *Uplink {
	t.Helper()
	u := Open(firmware.Uplink{Name: "up0", Interface: name, AutoResolvers: true})
	u.root, u.bus = t.TempDir(), resolvers.Bus{Address: bus.Address, Patience: 30 * time.Second}
	if err := os.Mkdir(filepath.Join(u.root, "etc"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(u.root, "etc", "resolv.conf"), []byte("nameserver 192.0.2.9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return u
}

// keeps runs u.KeepResolvers until the test ends. Nothing but changes makes it ask again; what it tells is returned.
func keeps(t *testing.T, u *Uplink) <-chan error {
	told := make(chan error, 64)
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	g.Go(func() error { return u.KeepResolvers(ctx, time.Hour, func(err error) { told <- err }) })
	t.Cleanup(func() {
		stop()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
	return told
}

// knows waits until an uplink knows one server from one origin.
func knows(t *testing.T, u *Uplink, what, server string, from resolvers.Origin) {
	t.Helper()
	until(t, what, func() bool {
		k := u.Known()
		return len(k.Servers) == 1 && k.Servers[0].Addr().String() == server && k.From == from
	})
}

const conf = "/etc/resolv.conf"

// TestResolversFollowTheBus: what a daemon says is used as soon as it is said; without a bus the files count, which is
// told once, and so is its return.
func TestResolversFollowTheBus(t *testing.T) {
	bus := bustest.Start(t)
	u := given(t, "lo", bus)
	if k := u.Known(); k.From != conf {
		t.Errorf("before anybody was asked: %v", k)
	}
	told := keeps(t, u)
	manager := bus.NetworkManager()
	manager.Tell(bustest.Configuration(bustest.Entry("lo", "192.0.2.1")))
	knows(t, u, "NetworkManager came", "192.0.2.1", resolvers.NetworkManager)
	manager.Tell(bustest.Configuration(bustest.Entry("lo", "192.0.2.2")))
	knows(t, u, "NetworkManager had news", "192.0.2.2", resolvers.NetworkManager)
	resolved := bus.Resolved()
	resolved.Tell(bustest.Link(1, bustest.Servers("192.0.2.3")...))
	knows(t, u, "resolved came", "192.0.2.3", resolvers.Resolved)
	resolved.Leave()
	knows(t, u, "resolved left", "192.0.2.2", resolvers.NetworkManager)
	if len(told) > 0 {
		t.Errorf("all was well, but told was %v", <-told)
	}
	bus.End()
	knows(t, u, "the bus ended", "192.0.2.9", conf)
	if err := <-told; err == nil {
		t.Error("nothing was told of the end of the bus")
	}
	for range 3 {
		u.changed()
		until(t, "it asked again", func() bool { return len(u.change) == 0 })
	}
	bus.Launch()
	u.changed()
	if err := <-told; err != nil {
		t.Errorf("told again, instead of that all is well: %v", err)
	}
	bus.Resolved().Tell(bustest.Link(1, bustest.Servers("192.0.2.4")...))
	knows(t, u, "another resolved came", "192.0.2.4", resolvers.Resolved)
}

// TestResolversNeverWait: while a daemon hangs, what is known is told at once, and then no longer believed.
func TestResolversNeverWait(t *testing.T) {
	bus := bustest.Start(t)
	resolved := bus.Resolved()
	resolved.Tell(bustest.Link(1, bustest.Servers("192.0.2.1")...))
	u := given(t, "lo", bus)
	u.bus.Patience = 5 * time.Second
	told := keeps(t, u)
	knows(t, u, "at the start", "192.0.2.1", resolvers.Resolved)
	asked := resolved.Asked()
	t.Cleanup(resolved.Hang())
	u.changed()
	until(t, "asked", func() bool { return resolved.Asked() > asked })
	if k := u.Known(); k.From != resolvers.Resolved && len(told) == 0 {
		t.Errorf("while it is being asked: %v", k)
	}
	if err := <-told; err == nil {
		t.Error("nothing was told of a daemon that hangs")
	}
	knows(t, u, "it hung", "192.0.2.9", conf)
}

// TestTheKernelsWordAsksAgain: with every change that the kernel tells, the daemons are asked again, though the
// uplink's state is what it was, and an interface of the same name with another number is another link.
func TestTheKernelsWordAsksAgain(t *testing.T) {
	if !apart(t) {
		return
	}
	bus := bustest.Start(t)
	resolved := bus.Resolved()
	ip(t, 0, "link add name a0 index 41 type veth peer name b0")
	resolved.Tell(bustest.Link(41, bustest.Servers("192.0.2.1")...))
	u := given(t, "a0", bus)
	keeps(t, u)
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	heard := make(chan told, 64)
	g.Go(func() error {
		return u.Run(ctx, time.Hour, func(up bool, why string) { heard <- told{up, why} })
	})
	t.Cleanup(func() { stop(); g.Wait() })
	await(t, heard, told{false, "interface a0 is switched off"}, "at the start")
	knows(t, u, "at the start", "192.0.2.1", resolvers.Resolved)
	resolved.Whisper(bustest.Link(41, bustest.Servers("192.0.2.2")...))
	ip(t, 0, "link add other type veth peer name another") // nothing of ours
	knows(t, u, "another link appeared", "192.0.2.2", resolvers.Resolved)
	resolved.Whisper(bustest.Link(42, bustest.Servers("192.0.2.3")...))
	ip(t, 0, "link del a0")
	knows(t, u, "the link vanished", "192.0.2.9", conf)
	ip(t, 0, "link add name a0 index 42 type veth peer name b0")
	knows(t, u, "it came back as another", "192.0.2.3", resolvers.Resolved)
}

func servers(texts ...string) (out []netip.AddrPort) {
	for _, s := range texts {
		out = append(out, netip.MustParseAddrPort(s))
	}
	return out
}

// TestWhoNamesTheResolvers: the config before the system, and of the system only what the source address can reach.
func TestWhoNamesTheResolvers(t *testing.T) {
	bus := bustest.Start(t)
	bus.Resolved().Tell(bustest.Link(1, bustest.Servers("192.0.2.1", "2001:db8::1")...))
	for _, tc := range []struct {
		name   string
		uplink firmware.Uplink
		want   string
		from   resolvers.Origin
	}{
		{"the config", firmware.Uplink{Interface: "lo", Resolvers: servers("192.0.2.8:53")}, "[192.0.2.8:53]", resolvers.Config},
		{"resolved", firmware.Uplink{Interface: "lo", AutoResolvers: true}, "[192.0.2.1:53 [2001:db8::1]:53]", resolvers.Resolved},
		{"of one IP version", firmware.Uplink{Interface: "lo", AutoResolvers: true, Source: servers("[::1]:53")[0].Addr()}, "[[2001:db8::1]:53]", resolvers.Resolved},
		{"no interface", firmware.Uplink{AutoResolvers: true}, "[192.0.2.9:53]", conf},
		{"no such interface", firmware.Uplink{Interface: "nosuch0", AutoResolvers: true}, "[192.0.2.9:53]", conf},
	} {
		u := given(t, "", bus)
		u.facts = tc.uplink
		if err := u.AskResolvers(t.Context()); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if k := u.Known(); fmt.Sprint(k.Servers) != tc.want || k.From != tc.from {
			t.Errorf("%s: %v", tc.name, k)
		}
	}
}
