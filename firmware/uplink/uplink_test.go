package uplink

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestDialLeavesByTheSourceAddress(t *testing.T) {
	l := listen(t)
	for _, u := range []firmware.Uplink{
		{Name: "lan", Source: netip.MustParseAddr("127.0.21.1")},
		{Name: "lan", Interface: "lo", Source: netip.MustParseAddr("127.0.21.2")},
	} {
		c, err := Open(u).Dial(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		seen, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := seen.RemoteAddr().(*net.TCPAddr).AddrPort().Addr(); got != u.Source {
			t.Errorf("the peer sees %s, want %s", got, u.Source)
		}
		seen.Close()
		c.Close()
	}
}

func TestSocketsAreBoundToTheInterface(t *testing.T) {
	l := listen(t)
	u := Open(firmware.Uplink{Name: "lan", Interface: "lo"})
	c, err := u.Dial(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p, err := u.ListenPacket(t.Context(), "udp", "")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, s := range []any{c, p} {
		raw, err := s.(interface {
			SyscallConn() (syscall.RawConn, error)
		}).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		raw.Control(func(fd uintptr) {
			if name, err := unix.GetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE); err != nil || name != "lo" {
				t.Errorf("%T bound to %q (%v), want lo", s, name, err)
			}
		})
	}
}

func TestListenPacketUsesTheSource(t *testing.T) {
	u := Open(firmware.Uplink{Name: "lte", Source: netip.MustParseAddr("127.0.21.3")})
	for _, address := range []string{"", ":0"} {
		p, err := u.ListenPacket(t.Context(), "udp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.LocalAddr().(*net.UDPAddr).AddrPort().Addr(); got != netip.MustParseAddr("127.0.21.3") {
			t.Errorf("listens on %s", got)
		}
		p.Close()
	}
}

func TestRefusals(t *testing.T) {
	l := listen(t)
	four := netip.MustParseAddr("127.0.21.4")
	for _, tc := range []struct {
		name    string
		uplink  firmware.Uplink
		address string
		want    error // nil: any
	}{
		{"a name", firmware.Uplink{}, "localhost:80", nil},
		{"no port", firmware.Uplink{}, "127.0.0.1", nil},
		{"other family", firmware.Uplink{Source: four}, "[::1]:80", unix.EAFNOSUPPORT},
		{"no such interface", firmware.Uplink{Interface: "nosuch0"}, l.Addr().String(), unix.ENODEV},
		{"not our address", firmware.Uplink{Source: netip.MustParseAddr("192.0.2.77")}, l.Addr().String(), unix.EADDRNOTAVAIL},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Open(tc.uplink).Dial(t.Context(), "tcp", tc.address)
			if err == nil {
				c.Close()
				t.Fatal("dialled")
			}
			if tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
	if p, err := Open(firmware.Uplink{}).ListenPacket(t.Context(), "udp", "localhost:0"); err == nil {
		p.Close()
		t.Error("listened on a name")
	}
}

func TestStateOfRealInterfaces(t *testing.T) {
	for _, tc := range []struct {
		uplink firmware.Uplink
		up     bool
	}{
		{firmware.Uplink{}, true},
		{firmware.Uplink{Source: netip.MustParseAddr("127.0.21.5")}, true},
		{firmware.Uplink{Source: netip.MustParseAddr("192.0.2.77")}, false},
		{firmware.Uplink{Interface: "lo"}, true},
		{firmware.Uplink{Interface: "lo", Source: netip.MustParseAddr("127.0.21.5")}, true},
		{firmware.Uplink{Interface: "lo", Source: netip.MustParseAddr("192.0.2.77")}, false},
		{firmware.Uplink{Interface: "nosuch0"}, false},
	} {
		up, why := Open(tc.uplink).State()
		if up != tc.up || up != (why == "") {
			t.Errorf("%+v: up %v, why %q", tc.uplink, up, why)
		}
	}
}

func TestCheckInterface(t *testing.T) {
	running := net.FlagUp | net.FlagRunning
	prefix := func(s string) net.Addr {
		_, n, _ := net.ParseCIDR(s)
		ip, _, _ := net.ParseCIDR(s)
		n.IP = ip
		return n
	}
	mine := netip.MustParseAddr("10.0.0.7")
	for _, tc := range []struct {
		name   string
		flags  net.Flags
		addrs  []net.Addr
		source netip.Addr
		up     bool
	}{
		{"well", running, []net.Addr{prefix("10.0.0.7/24")}, mine, true},
		{"any address", running, []net.Addr{prefix("10.0.0.9/24")}, netip.Addr{}, true},
		{"off", net.FlagRunning, []net.Addr{prefix("10.0.0.7/24")}, mine, false},
		{"no carrier", net.FlagUp, []net.Addr{prefix("10.0.0.7/24")}, mine, false},
		{"no address", running, nil, netip.Addr{}, false},
		{"link-local alone", running, []net.Addr{prefix("fe80::1/64")}, netip.Addr{}, false},
		{"a neighbour's address", running, []net.Addr{prefix("10.0.0.9/24")}, mine, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := checkInterface(&net.Interface{Name: "eth0", Flags: tc.flags}, tc.addrs, tc.source)
			if (err == nil) != tc.up {
				t.Errorf("%v, want up %v", err, tc.up)
			}
		})
	}
}

func TestWatchTellsChangesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		states := []string{"", "", "moved", "", "no carrier", "no carrier", "no address", ""}
		ctx, cancel := context.WithCancel(t.Context())
		var heard []string
		watch(func() bool { return pause(ctx, time.Second) }, func() (bool, string, bool) {
			why := states[0]
			if len(states) > 1 {
				states = states[1:]
			} else {
				cancel()
			}
			if why == "moved" {
				return true, "", true
			}
			return why == "", why, false
		}, func(up bool, why string) {
			if up != (why == "") {
				t.Errorf("up %v, why %q", up, why)
			}
			heard = append(heard, why)
		})
		if want := []string{"", "", "no carrier", "no address", ""}; !slices.Equal(heard, want) {
			t.Errorf("heard %q, want %q", heard, want)
		}
	})
}

func TestErrorsNameTheUplink(t *testing.T) {
	_, err := Open(firmware.Uplink{Name: "wwan0"}).Dial(t.Context(), "tcp", "shop.example:443")
	if err == nil || !strings.Contains(err.Error(), "wwan0") {
		t.Errorf("%v does not say which uplink", err)
	}
}
