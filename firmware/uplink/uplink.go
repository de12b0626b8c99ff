package uplink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/uplink/resolvers"
)

// Uplink opens sockets over one way out. It is safe for concurrent use.
type Uplink struct {
	facts  firmware.Uplink
	silent silence
	ledger *ledger // nil: nobody counts
	life   life
	heard  atomic.Pointer[resolvers.Known] // by the system bus; nil: nothing, or nobody asked
	change chan struct{}                   // holds one when the system's resolvers may be others now
	root   string                          // of the file system that tells the system's resolvers; "" but in tests
	bus    resolvers.Bus                   // the system's, as it is before it is asked; the zero Bus but in tests
}

// Open returns the uplink. Nothing is opened: an interface may come and go.
func Open(u firmware.Uplink) *Uplink {
	u.Resolvers = slices.Clone(u.Resolvers)
	return &Uplink{facts: u, change: make(chan struct{}, 1)}
}

// Name returns the uplink's name in the config.
func (u *Uplink) Name() string { return u.facts.Name }

// Dial connects over the uplink. The network is "tcp" or "udp", with or without 4 or 6; the address is
// "ip:port", never a name. TCP keep-alives are off: a measurement's connection is short-lived.
func (u *Uplink) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return u.dial(ctx, network, address, u.bind)
}

// Narrow is Dial by TCP with segments of at most 536 bytes either way, which every path carries (RFC 9293 section
// 3.7.1).
func (u *Uplink) Narrow(ctx context.Context, network, address string) (net.Conn, error) {
	return u.dial(ctx, network, address, func(ctx context.Context, network, address string, c syscall.RawConn) error {
		var set error
		err := c.Control(func(fd uintptr) { set = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, narrowest) })
		if err := errors.Join(err, set); err != nil {
			return fmt.Errorf("narrow a connection: %w", err)
		}
		return u.bind(ctx, network, address, c)
	})
}

const narrowest = 536 // bytes

type control func(ctx context.Context, network, address string, c syscall.RawConn) error

func (u *Uplink) dial(ctx context.Context, network, address string, prepare control) (net.Conn, error) {
	remote, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial over %s: %q is not ip:port: resolve names over the uplink first", u.facts.Name, address)
	}
	local, err := u.local(network, remote.Addr())
	if err != nil {
		return nil, fmt.Errorf("dial over %s: %w", u.facts.Name, err)
	}
	if err := u.routed(remote.Addr()); err != nil {
		return nil, fmt.Errorf("dial over %s: %w", u.facts.Name, err)
	}
	d := net.Dialer{LocalAddr: local, KeepAlive: -1, ControlContext: prepare}
	return d.DialContext(ctx, network, address)
}

// ListenPacket opens a packet socket on the uplink. The address is "ip:port", ":port" or ""; without an IP it is
// the uplink's source address, if it has one.
func (u *Uplink) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	if address == "" {
		address = ":0"
	}
	if port, ok := strings.CutPrefix(address, ":"); ok {
		if u.facts.Source.IsValid() {
			address = net.JoinHostPort(u.facts.Source.String(), port)
		}
	} else if _, err := netip.ParseAddrPort(address); err != nil {
		return nil, fmt.Errorf("listen on %s: %q is not ip:port", u.facts.Name, address)
	}
	l := net.ListenConfig{Control: func(network, address string, c syscall.RawConn) error {
		return u.bind(ctx, network, address, c)
	}}
	return l.ListenPacket(ctx, network, address)
}

// local returns the source address to dial from; nil leaves it to the kernel.
func (u *Uplink) local(network string, remote netip.Addr) (net.Addr, error) {
	source := u.facts.Source
	if !source.IsValid() {
		return nil, nil
	}
	if source.Is4() != remote.Unmap().Is4() {
		return nil, fmt.Errorf("source %s cannot reach %s: %w", source, remote, unix.EAFNOSUPPORT)
	}
	from := netip.AddrPortFrom(source, 0)
	if strings.HasPrefix(network, "udp") {
		return net.UDPAddrFromAddrPort(from), nil
	}
	return net.TCPAddrFromAddrPort(from), nil
}

// routed returns ENETUNREACH when no route out of the interface leads there. Without it the kernel would ask the
// interface's neighbours for the address, so that a missing route looks like a target that does not answer.
func (u *Uplink) routed(to netip.Addr) error {
	if u.facts.Interface == "" || to.IsLoopback() || to.IsLinkLocalUnicast() {
		return nil
	}
	if _, err := routeTo(u.facts.Interface, u.facts.Source, to.Unmap()); errors.Is(err, unix.ENETUNREACH) {
		return fmt.Errorf("no route to %s out of interface %s: %w", to, u.facts.Interface, err)
	}
	return nil
}

// bind ties a new socket to the interface before it is connected or bound to an address.
func (u *Uplink) bind(_ context.Context, _, _ string, c syscall.RawConn) error {
	if u.facts.Interface == "" {
		return nil
	}
	var bound error
	err := c.Control(func(fd uintptr) {
		bound = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, u.facts.Interface)
	})
	if err := errors.Join(err, bound); err != nil {
		return fmt.Errorf("bind socket to interface %s: %w", u.facts.Interface, err)
	}
	return nil
}
