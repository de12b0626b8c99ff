package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// endpoint is a host, and mostly a port, that a check of anything but http goes to.
type endpoint struct {
	target
	asks   []question // empty: nothing to resolve
	lookup lookup
}

// newEndpoint reads "host:port" and the address that replaces resolving, if one is given.
func newEndpoint(hostPort, address string) (endpoint, error) {
	host, text, err := net.SplitHostPort(hostPort)
	port, bad := strconv.ParseUint(text, 10, 16)
	if err != nil || bad != nil || port == 0 {
		return endpoint{}, fmt.Errorf("target %q is not host:port", hostPort)
	}
	e, err := newHost(host, uint16(port))
	if err == nil && address != "" {
		e.asks, err = nil, e.pin(address)
	}
	return e, err
}

// newHost is newEndpoint for a host alone; 0 is the port of what has none.
func newHost(host string, port uint16) (endpoint, error) {
	e := endpoint{target: target{name: strings.TrimSuffix(host, ".")}}
	literal := literalOf(e.name, e.family)
	e.address = netip.AddrPortFrom(literal, port)
	if literal.Zone() != "" {
		return e, fmt.Errorf("address %q has a zone: the uplink chooses the interface", host)
	}
	var err error
	e.asks, err = e.questions()
	return e, err
}

// resolve returns the addresses to try.
func (e *endpoint) resolve(ctx context.Context, r *run) ([]netip.AddrPort, error) {
	if len(e.asks) == 0 {
		return []netip.AddrPort{e.address}, nil
	}
	began := time.Now()
	defer func() { r.result.Phases.Resolve = span(began, time.Now()) }()
	var none error
	for _, q := range e.asks {
		rep, err := e.lookup.ask(ctx, r, q)
		r.result.Address = netip.Addr{} // the resolver's; nothing of the target is reached yet
		if m, ok := errors.AsType[*miss](err); ok && m.outcome == firmware.OutcomeDNSNoData {
			none = err
			continue
		}
		if err != nil {
			return nil, err
		}
		return withPort(rep.records, e.address.Port())
	}
	return nil, none
}

// withPort reads the addresses that a name was found to have. Those at which no host can be, such as the 0.0.0.0 of
// resolvers that block a name, are left out: the kernel would take some for this device's own.
func withPort(records []string, port uint16) (addrs []netip.AddrPort, err error) {
	for _, text := range records {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, localError{err}
		}
		if hostly(a) {
			addrs = append(addrs, netip.AddrPortFrom(a, port))
		}
	}
	if len(addrs) == 0 {
		return nil, &miss{firmware.OutcomeDNSOther, "the resolver's answer is " + few(records) + ", where no host can be"}
	}
	return addrs, nil
}

// hostly reports whether a server may be at an address that a stranger names. A link-local one of IPv6 means nothing
// beyond its link, and an IPv4 address in the clothes of IPv6 would be measured as the wrong one.
func hostly(a netip.Addr) bool {
	return !a.IsUnspecified() && !a.IsMulticast() && !a.Is4In6() && !(a.Is6() && a.IsLinkLocalUnicast()) &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// connect resolves and dials.
func (e *endpoint) connect(ctx context.Context, r *run) (net.Conn, error) {
	addrs, err := e.resolve(ctx, r)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	conn, err := r.dial(ctx, addrs)
	r.result.Phases.Connect = span(began, time.Now())
	return conn, err
}

func (e *endpoint) close() error { return nil }
