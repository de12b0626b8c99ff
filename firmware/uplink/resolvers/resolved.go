package resolvers

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// Names of systemd-resolved, see org.freedesktop.resolve1(5).
const (
	resolvedName = "org.freedesktop.resolve1"
	resolvedPath = "/org/freedesktop/resolve1"
)

// askResolved asks systemd-resolved for the servers of one link. Whether it uses them itself (ScopesMask) and for which
// names (DefaultRoute) is not asked: by this link there are no others.
func askResolved(ctx context.Context, conn *dbus.Conn, of link) (list, error) {
	var path dbus.ObjectPath
	manager := conn.Object(resolvedName, resolvedPath)
	err := manager.CallWithContext(ctx, resolvedName+".Manager.GetLink", dbus.FlagNoAutoStart, int32(of.index)).Store(&path)
	if err != nil {
		return list{}, err
	}
	all, err := properties(ctx, conn, resolvedName, path, resolvedName+".Link")
	if err != nil {
		return list{}, err
	}
	return parseLink(all, of)
}

// parseLink reads the properties of a link: DNSEx, which tells ports, or DNS where systemd is older than 246.
func parseLink(all map[string]dbus.Variant, of link) (list, error) {
	found := list{link: of}
	servers, shape := all["DNSEx"], "a(iayqs)"
	if servers.Value() == nil {
		servers, shape = all["DNS"], "a(iay)"
	}
	if got := servers.Signature().String(); got != shape {
		return list{}, fmt.Errorf("a list of servers has the type %q, not %q", got, shape)
	}
	for _, entry := range servers.Value().([][]any) {
		s, err := parseEntry(entry)
		if err != nil {
			return list{}, err
		}
		found.add(s)
	}
	return found, nil
}

// parseEntry reads family, address and, where they are told, port and name; port 0 is the usual one.
func parseEntry(entry []any) (netip.AddrPort, error) {
	family, raw := entry[0].(int32), entry[1].([]byte)
	a, ok := netip.AddrFromSlice(raw)
	if !ok || family != unix.AF_INET && family != unix.AF_INET6 || a.Is4() != (family == unix.AF_INET) {
		return netip.AddrPort{}, fmt.Errorf("a server's address has %d bytes in family %d", len(raw), family)
	}
	port := uint16(dnsPort)
	if len(entry) > 2 && entry[2].(uint16) != 0 {
		port = entry[2].(uint16)
	}
	return netip.AddrPortFrom(a, port), nil
}
