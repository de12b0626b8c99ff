package quorum

import "edgeprobe.io/firmware"

// Place is where a vantage stands: the facts that independence is counted by.
type Place struct {
	Site    string
	Region  string
	Network string // name of the group of uplinks that share a fate
	Metered bool
}

// Places reads the place of every vantage from the fleet list. Uplinks that share a network label or any
// shared_risk tag, directly or through others, are one network.
func Places(fleet []firmware.Device) map[firmware.Vantage]Place {
	groups := union{}
	places := map[firmware.Vantage]Place{}
	for _, d := range fleet {
		for _, u := range d.Uplinks {
			for _, tag := range u.SharedRisk {
				groups.join("network "+u.Network, "risk "+tag)
			}
		}
	}
	for _, d := range fleet {
		for _, u := range d.Uplinks {
			v := firmware.Vantage{Device: d.ID, Uplink: u.Name}
			places[v] = Place{Site: d.Site, Region: d.Region, Network: groups.find("network " + u.Network), Metered: u.Metered}
		}
	}
	return places
}

// union is a set of disjoint groups of names; each group is known by its smallest member.
type union map[string]string

func (u union) find(name string) string {
	for u[name] != "" {
		name = u[name]
	}
	return name
}

func (u union) join(a, b string) {
	a, b = u.find(a), u.find(b)
	if a != b {
		u[max(a, b)] = min(a, b)
	}
}
