package config

import (
	"cmp"
	"net/netip"
	"regexp"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/uplink"
)

var interfaceName = regexp.MustCompile(`^[^\s/:%]{1,15}$`)

// dnsPort is where a resolver listens unless the file says otherwise (RFC 1035).
const dnsPort = 53

// uplinks checks how this device uses its uplinks, and that they are those of the fleet.
func (b *builder) uplinks(raw *rawFile) {
	names, strange := taken{}, false
	for _, u := range raw.Uplinks {
		b.claimName(names, u.Name)
		up := firmware.Uplink{Name: string(u.Name.V), Interface: u.Interface.V}
		if u.Interface.OK && !interfaceName.MatchString(u.Interface.V) {
			b.add(u.Interface.at, kindInterface, "", u.Interface.V)
		}
		if u.Source.OK {
			up.Source = b.address(u.Source)
		}
		up.AutoResolvers = u.Resolvers.auto
		for _, r := range u.Resolvers.list {
			up.Resolvers = append(up.Resolvers, b.resolver(r, up.Source))
		}
		fact, known := b.fact(u.Name)
		up.Metered, strange = fact.Metered, strange || !known
		if known {
			b.allowance(u, &up)
		}
		b.cfg.Uplinks = append(b.cfg.Uplinks, up)
	}
	if b.self == nil || len(raw.Uplinks) == 0 || strange {
		return
	}
	for _, fact := range b.self.Uplinks {
		if _, ok := names[fact.Name]; !ok {
			at := raw.Uplinks[0].at
			at.key = "uplinks"
			b.add(at, kindLacksUplink, "", fact.Name)
		}
	}
}

// allowance reads what a metered uplink may spend.
func (b *builder) allowance(raw rawUplink, up *firmware.Uplink) {
	if !up.Metered {
		if b.self != nil {
			b.misplaced("an uplink that the fleet does not call metered", raw.Allowance.keyed(), raw.Reserve.keyed())
		}
		return
	}
	d := uplink.Defaults()
	up.Allowance, up.Reserve = int64(raw.Allowance.or(size(d.Allowance))), float64(raw.Reserve.or(share(d.Reserve)))
	if raw.Allowance.OK && up.Interface == "" {
		b.warning("uplink %s has an allowance but no interface: nobody can count its bytes", up.Name)
	}
}

// metered returns how often a metered uplink runs its checks at most, by the file or by its allowance.
func (b *builder) metered(raw rawUplink, up firmware.Uplink) time.Duration {
	var spends []schedule.Spend
	for _, c := range b.cfg.Checks {
		if c.Uplink != "" && c.Uplink != up.Name {
			continue
		}
		spends = append(spends, schedule.Spend{Bytes: schedule.Cost(c), Interval: c.Interval})
	}
	bears, ok := schedule.Bearable(spends, uplink.CalmShare(up.Allowance, up.Reserve))
	set := b.cfg.Schedule.Metered
	switch {
	case set == 0 && !ok:
		at := raw.at.under("allowance")
		if raw.Allowance.Given {
			at = raw.Allowance.at
		}
		b.add(at, kindAllowance, "")
	case set > 0 && set < bears && raw.Allowance.OK:
		b.warning("uplink %s runs its checks every %s by schedule.metered, its allowance bears every %s: when it is spent they stop until the next month",
			up.Name, set, bears)
	}
	return cmp.Or(set, bears)
}

// fact returns what the fleet states of an uplink of this device, and false after reporting one it does not know.
func (b *builder) fact(name val[ident]) (firmware.UplinkFact, bool) {
	if !name.OK || b.self == nil {
		return firmware.UplinkFact{}, true
	}
	var known []string
	for _, fact := range b.self.Uplinks {
		if fact.Name == string(name.V) {
			return fact, true
		}
		known = append(known, fact.Name)
	}
	b.add(name.at, kindUnknown, oneOf(string(name.V), known), string(name.V), "uplink that the fleet states for this device")
	return firmware.UplinkFact{}, false
}

// address reads an IP address.
func (b *builder) address(v val[string]) netip.Addr {
	a, err := netip.ParseAddr(v.V)
	if err != nil {
		b.add(v.at, kindIP, "", v.V)
	}
	return a.Unmap()
}

// resolver reads a DNS server that can be asked from the source address, if one is set.
func (b *builder) resolver(v val[string], source netip.Addr) netip.AddrPort {
	if !v.OK {
		return netip.AddrPort{}
	}
	ap, _, ok := addressPort(v.V, dnsPort)
	if !ok {
		b.add(v.at, kindIPPort, "", v.V)
	} else if source.IsValid() && source.Is4() != ap.Addr().Is4() {
		b.add(v.at, kindFamily, "", v.V, source.String())
	}
	return ap
}

// addressPort reads "ip" or "ip:port" and says whether the port was given.
func addressPort(s string, port uint16) (ap netip.AddrPort, given, ok bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.AddrPortFrom(a.Unmap(), port), false, true
	}
	ap, err := netip.ParseAddrPort(s)
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()), true, err == nil && ap.Port() > 0
}
