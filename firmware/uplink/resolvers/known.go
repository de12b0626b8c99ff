package resolvers

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Origin is who named the servers: one of the constants below, or the path of a file.
type Origin string

// Who may name servers, besides files.
const (
	Nobody         Origin = ""
	Config         Origin = "config"
	Resolved       Origin = "systemd-resolved"
	NetworkManager Origin = "NetworkManager"
)

// Known is what is known of an interface's resolvers.
type Known struct {
	Servers []netip.AddrPort // to be asked in order; none when From is Nobody
	From    Origin
}

const (
	dnsPort    = 53 // where resolvers listen when nothing else is said (RFC 1035 section 4.2)
	maxServers = 8  // that are taken from one origin
)

// link is an interface, by its name and the kernel's number. Without a name it is the whole machine.
type link struct {
	name  string
	index int
}

// list collects the servers that can be reached by a link.
type list struct {
	link
	out []netip.AddrPort
}

// add takes a server unless it has it, or cannot reach it, or has enough. An address of the link gets the interface as
// its zone (RFC 4007), without which it cannot be dialled.
func (l *list) add(s netip.AddrPort) {
	a, bound := s.Addr().Unmap(), l.name != ""
	switch {
	case s.Port() == 0, len(l.out) >= maxServers, a.IsUnspecified(), a.IsMulticast(), bound && a.IsLoopback():
		return
	case a.IsLinkLocalUnicast() && a.Is6() && bound:
		if z := a.Zone(); z != "" && z != l.name && z != strconv.Itoa(l.index) {
			return
		}
		a = a.WithZone(l.name)
	}
	if s = netip.AddrPortFrom(a, s.Port()); a.IsValid() && !slices.Contains(l.out, s) {
		l.out = append(l.out, s)
	}
}

// parseServer reads "ip", "ip:port" or "[ip]:port", each with or without a zone and then "#name", the name that a
// certificate must have. systemd writes the zone behind the port, of IPv4 too: the link that a server belongs to.
func parseServer(s string) (netip.AddrPort, bool) {
	s, _, _ = strings.Cut(s, "#")
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(a, dnsPort), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap, true
	}
	s, zone, found := strings.Cut(s, "%")
	if !found || strings.Contains(zone, "]") {
		return netip.AddrPort{}, false
	}
	ap, ok := parseServer(s)
	return netip.AddrPortFrom(ap.Addr().WithZone(zone), ap.Port()), ok
}
