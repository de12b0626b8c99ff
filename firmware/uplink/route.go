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

// anywhere are destinations that only a default route leads to, also in laboratories that use the usual addresses for
// documentation: one reserved for ever (RFC 1112 section 4), one of the newest for documentation (RFC 9637). Nothing is
// ever sent there.
func anywhere() [2]netip.Addr {
	return [2]netip.Addr{netip.AddrFrom4([4]byte{240, 0, 0, 1}), netip.AddrFrom16([16]byte{0x3f, 0xff, 15: 1})}
}

// routeTo asks the kernel which route out of the interface leads to a destination, by the rules and tables that
// would serve a socket; source may be the zero Addr. The error is ENETUNREACH when there is none, and ENODEV when
// there is no such interface.
//
// Connecting a bound socket does not tell: where no IPv4 route leads out of its interface, the kernel takes every
// destination to be on the link, and asks there who has it.
func routeTo(name string, source, to netip.Addr) (Route, error) {
	answer, err := query(name, func(index uint32) []byte { return routeRequest(index, source, to) })
	if err != nil {
		return Route{}, fmt.Errorf("ask for a route: %w", err)
	}
	r, err := parseRoute(answer)
	if errors.Is(err, unix.EHOSTUNREACH) {
		err = unix.ENETUNREACH // says a lookup that fell back to "on the link"
	}
	return r, err
}

// routeRequest is RTM_GETROUTE for the entry that matches (RTM_F_FIB_MATCH, Linux 4.13), see rtnetlink(7).
func routeRequest(index uint32, source, to netip.Addr) []byte {
	family, bits := byte(unix.AF_INET), byte(32)
	if to.Is6() {
		family, bits = unix.AF_INET6, 128
	}
	m := make([]byte, unix.NLMSG_HDRLEN, 128)
	m = append(m, family, bits, 0, 0, 0, 0, 0, 0) // struct rtmsg
	m = binary.NativeEndian.AppendUint32(m, unix.RTM_F_FIB_MATCH)
	m = appendAttr(m, unix.RTA_DST, to.AsSlice())
	m = appendAttr(m, unix.RTA_OIF, binary.NativeEndian.AppendUint32(nil, index))
	if source.IsValid() {
		m[unix.NLMSG_HDRLEN+2] = bits
		m = appendAttr(m, unix.RTA_SRC, source.AsSlice())
	}
	return request(m, unix.RTM_GETROUTE)
}

// parseRoute reads the kernel's answer: a route, or an errno.
func parseRoute(m []byte) (Route, error) {
	body, err := answered(m, unix.RTM_NEWROUTE, unix.SizeofRtMsg)
	if err != nil {
		return Route{}, err
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
