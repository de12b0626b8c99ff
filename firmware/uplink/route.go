package uplink

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Route is the way out that the kernel would take to a destination.
type Route struct {
	Gateway netip.Addr `json:"gateway,omitzero"` // the zero Addr: the destination is on the link
	Metric  uint32     `json:"metric"`           // the lower is preferred; 0 is the best
	Table   uint32     `json:"table"`            // of routes; 254 is the main one (ip-route(8))
}

// anywhere are destinations that only a default route leads to: addresses for documentation (RFC 5737, RFC 3849).
func anywhere() [2]netip.Addr {
	return [2]netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, 1}), netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1})}
}

// routeTo asks the kernel which route out of the interface leads to a destination, by the rules and tables that
// would serve a socket; source may be the zero Addr. The error is ENETUNREACH when there is none, and ENODEV when
// there is no such interface.
//
// Connecting a bound socket does not tell: where no IPv4 route leads out of its interface, the kernel takes every
// destination to be on the link, and asks there who has it.
func routeTo(name string, source, to netip.Addr) (Route, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return Route{}, fmt.Errorf("open netlink socket: %w", err)
	}
	defer unix.Close(fd)
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return Route{}, fmt.Errorf("bound the wait for a route: %w", err)
	}
	index, err := indexOf(fd, name)
	if err != nil {
		return Route{}, err
	}
	if err := unix.Sendto(fd, routeRequest(index, source, to), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return Route{}, fmt.Errorf("ask for a route: %w", err)
	}
	buf := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, buf, 0)
	if err != nil {
		return Route{}, fmt.Errorf("hear of a route: %w", err)
	}
	r, err := parseRoute(buf[:n])
	if errors.Is(err, unix.EHOSTUNREACH) {
		err = unix.ENETUNREACH // says a lookup that fell back to "on the link"
	}
	return r, err
}

// indexOf returns the kernel's number of an interface, asked through any socket (netdevice(7)).
func indexOf(fd int, name string) (uint32, error) {
	r, err := unix.NewIfreq(name)
	if err != nil {
		return 0, fmt.Errorf("name interface %q: %w", name, err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, r); err != nil {
		return 0, fmt.Errorf("find interface %s: %w", name, err)
	}
	return r.Uint32(), nil
}

// routeRequest is RTM_GETROUTE for the entry that matches (RTM_F_FIB_MATCH, Linux 4.13), see rtnetlink(7).
func routeRequest(index uint32, source, to netip.Addr) []byte {
	family, bits := byte(unix.AF_INET), byte(32)
	if to.Is6() {
		family, bits = unix.AF_INET6, 128
	}
	m := make([]byte, unix.NLMSG_HDRLEN, 128)
	m = append(m, family, bits, 0, 0, 0, 0, 0, 0)
	m = binary.NativeEndian.AppendUint32(m, unix.RTM_F_FIB_MATCH)
	m = appendAttr(m, unix.RTA_DST, to.AsSlice())
	m = appendAttr(m, unix.RTA_OIF, binary.NativeEndian.AppendUint32(nil, index))
	if source.IsValid() {
		m[unix.NLMSG_HDRLEN+2] = bits
		m = appendAttr(m, unix.RTA_SRC, source.AsSlice())
	}
	binary.NativeEndian.PutUint32(m, uint32(len(m)))
	binary.NativeEndian.PutUint16(m[4:], unix.RTM_GETROUTE)
	binary.NativeEndian.PutUint16(m[6:], unix.NLM_F_REQUEST)
	return m
}

// appendAttr appends a route attribute whose length is a multiple of 4.
func appendAttr(m []byte, kind uint16, value []byte) []byte {
	m = binary.NativeEndian.AppendUint16(m, uint16(unix.SizeofRtAttr+len(value)))
	m = binary.NativeEndian.AppendUint16(m, kind)
	return append(m, value...)
}

var errShort = errors.New("a message of the kernel ends too soon")

// parseRoute reads the kernel's answer: a route, or an errno.
func parseRoute(m []byte) (Route, error) {
	if len(m) < unix.NLMSG_HDRLEN+4 {
		return Route{}, errShort
	}
	body := m[unix.NLMSG_HDRLEN:min(len(m), max(unix.NLMSG_HDRLEN+4, int(binary.NativeEndian.Uint32(m))))]
	switch kind := binary.NativeEndian.Uint16(m[4:]); {
	case kind == unix.NLMSG_ERROR:
		if code := int32(binary.NativeEndian.Uint32(body)); code < 0 {
			return Route{}, unix.Errno(-code)
		}
		return Route{}, errors.New("the kernel answers without a route")
	case kind != unix.RTM_NEWROUTE:
		return Route{}, fmt.Errorf("the kernel answers with message %d", kind)
	case len(body) < unix.SizeofRtMsg:
		return Route{}, errShort
	}
	r := Route{Table: uint32(body[4])}
	for kind, value := range attrs(body[unix.SizeofRtMsg:]) {
		switch {
		case kind == unix.RTA_GATEWAY:
			r.Gateway, _ = netip.AddrFromSlice(value)
		case kind == unix.RTA_PRIORITY && len(value) == 4:
			r.Metric = binary.NativeEndian.Uint32(value)
		case kind == unix.RTA_TABLE && len(value) == 4:
			r.Table = binary.NativeEndian.Uint32(value)
		}
	}
	return r, nil
}

// attrs yields the attributes of a netlink message by kind, up to the first that is cut off.
func attrs(b []byte) func(yield func(uint16, []byte) bool) {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= unix.SizeofRtAttr {
			n := int(binary.NativeEndian.Uint16(b))
			if n < unix.SizeofRtAttr || n > len(b) || !yield(binary.NativeEndian.Uint16(b[2:])&^(unix.NLA_F_NESTED|unix.NLA_F_NET_BYTEORDER), b[unix.SizeofRtAttr:n]) {
				return
			}
			b = b[min(len(b), (n+3)&^3):]
		}
	}
}
