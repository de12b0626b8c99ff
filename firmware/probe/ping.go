package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Types of ICMP messages (RFC 792, RFC 4443).
const (
	echoRequest4, echoReply4 = 8, 0
	echoRequest6, echoReply6 = 128, 129
	echoSize                 = 8 + 56 // what ping(8) sends
)

// echo is an echo request. The kernel fills in identifier and checksum.
func echo(v6 bool, seq uint16, nonce [8]byte) []byte {
	m := make([]byte, echoSize)
	m[0] = echoRequest4
	if v6 {
		m[0] = echoRequest6
	}
	binary.BigEndian.PutUint16(m[6:], seq)
	copy(m[8:], nonce[:])
	return m
}

// echoed reads the sequence number of an answer to a request with this nonce.
func echoed(m []byte, v6 bool, nonce [8]byte) (seq uint16, ours bool) {
	reply := byte(echoReply4)
	if v6 {
		reply = echoReply6
	}
	if len(m) != echoSize || m[0] != reply || m[1] != 0 || [8]byte(m[8:16]) != nonce {
		return 0, false
	}
	return binary.BigEndian.Uint16(m[6:]), true
}

// errNoPing says how a closed net.ipv4.ping_group_range is mended; it is IPv6's as well.
var errNoPing = errors.New(`this device may not ping: run sysctl -w net.ipv4.ping_group_range="0 2147483647", and keep it in /etc/sysctl.d`)

// pingSocket opens an unprivileged ICMP socket to an address. It leaves the way the uplink's packets do: by the
// interface and from the source address of one of its UDP sockets. Whatever fails here is this device's fault.
func (r *run) pingSocket(ctx context.Context, to netip.Addr) (net.Conn, error) {
	model, err := r.via.ListenPacket(ctx, "udp", "")
	if err != nil {
		return nil, localError{fmt.Errorf("open a socket for ICMP: %w", err)}
	}
	defer model.Close()
	family, proto := unix.AF_INET, unix.IPPROTO_ICMP
	if to.Is6() {
		family, proto = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, proto)
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		return nil, localError{errNoPing}
	}
	if err != nil {
		return nil, localError{fmt.Errorf("open a socket for ICMP: %w", err)}
	}
	file := os.NewFile(uintptr(fd), "ping")
	defer file.Close()
	if err := tie(fd, model, to); err != nil {
		return nil, localError{err}
	}
	return net.FileConn(file)
}

// tie binds a ping socket as the model is bound, connects it, and has the network's errors reported on it.
func tie(fd int, model net.PacketConn, to netip.Addr) error {
	device, source, err := boundTo(model)
	if err == nil && device != "" {
		err = unix.SetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, device)
	}
	if err != nil {
		return fmt.Errorf("bind the ping to the uplink's interface: %w", err)
	}
	if source.IsValid() {
		if source.Is4() != to.Is4() {
			return fmt.Errorf("source %s cannot reach %s", source, to)
		}
		if err := unix.Bind(fd, sockaddr(source)); err != nil {
			return fmt.Errorf("bind the ping to %s: %w", source, err)
		}
	}
	level, option := unix.IPPROTO_IP, unix.IP_RECVERR
	if to.Is6() {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVERR
	}
	if err := unix.SetsockoptInt(fd, level, option, 1); err != nil {
		return fmt.Errorf("ask for the network's errors: %w", err)
	}
	if err := unix.Connect(fd, sockaddr(to)); err != nil {
		return fmt.Errorf("find a route to %s: %w", to, err)
	}
	return nil
}

// boundTo returns the interface and the source address that a socket is bound to; neither need be set.
func boundTo(c net.PacketConn) (device string, source netip.Addr, err error) {
	if at, ok := c.LocalAddr().(*net.UDPAddr); ok {
		if a := at.AddrPort().Addr().Unmap(); a.IsValid() && !a.IsUnspecified() {
			source = a.WithZone("")
		}
	}
	raw, ok := c.(syscall.Conn)
	if !ok {
		return "", source, errors.New("the uplink's sockets cannot be read")
	}
	rc, err := raw.SyscallConn()
	if err != nil {
		return "", source, err
	}
	var got error
	err = rc.Control(func(fd uintptr) {
		device, got = unix.GetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE)
	})
	return device, source, errors.Join(err, got)
}

func sockaddr(a netip.Addr) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4()}
	}
	return &unix.SockaddrInet6{Addr: a.As16()}
}
