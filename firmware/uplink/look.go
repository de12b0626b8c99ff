package uplink

import (
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Seen is what the kernel says of an uplink at one moment.
type Seen struct {
	Up        bool           `json:"up"`
	Why       string         `json:"why,omitempty"` // one clause; when not up
	Addresses []netip.Prefix `json:"addresses"`     // of its interface, or its source address
	Routes    []Route        `json:"routes"`        // to anywhere: at most one of IPv4, then one of IPv6
}

// Look reads what the kernel says now.
func (u *Uplink) Look() Seen {
	s := Seen{Addresses: []netip.Prefix{}, Routes: []Route{}}
	s.Up, s.Why = u.State()
	if u.facts.Interface == "" {
		if a := u.facts.Source; a.IsValid() {
			s.Addresses = append(s.Addresses, netip.PrefixFrom(a, a.BitLen()))
		}
		return s
	}
	i, err := net.InterfaceByName(u.facts.Interface)
	if err != nil {
		return s
	}
	addrs, _ := i.Addrs() // State has said what is wrong with them
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			s.Addresses = append(s.Addresses, p)
		}
	}
	for _, to := range anywhere() {
		if src := u.facts.Source; src.IsValid() && src.Is4() != to.Is4() {
			continue
		}
		if r, err := routeTo(i.Name, u.facts.Source, to); err == nil && r.Table != unix.RT_TABLE_LOCAL {
			s.Routes = append(s.Routes, r)
		}
	}
	return s
}
