package uplink

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
)

// Resolve looks a host name up over the uplink, by its own resolvers, for connections of our own such as the
// broker's. Checks do their own lookups, because those are measured. An address literal needs no resolver.
func (u *Uplink) Resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	servers := u.ResolversInTurn()
	if len(servers) == 0 {
		return nil, fmt.Errorf("resolve %s over %s: the uplink has no resolvers", host, u.Name())
	}
	var turn atomic.Uint32
	r := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		i := int(turn.Add(1)-1) % len(servers)
		return u.Dial(ctx, network, servers[i].String())
	}}
	// The trailing dot keeps search domains of the system's configuration out.
	ips, err := r.LookupNetIP(ctx, "ip", strings.TrimSuffix(host, ".")+".")
	if err != nil {
		return nil, fmt.Errorf("resolve %s over %s: %w", host, u.Name(), err)
	}
	return ips, nil
}
