package config

import (
	"fmt"
	"net/url"

	"edgeprobe.io/firmware"
)

func (b *builder) warning(format string, args ...any) {
	b.cfg.Warnings = append(b.cfg.Warnings, fmt.Sprintf(format, args...))
}

// warn says what works but will disappoint.
func (b *builder) warn() {
	s := b.cfg.Fold
	if len(s.Services) == 0 {
		b.warning("no service is configured: nothing is watched")
		return
	}
	b.warnControls()
	b.warnQuorum()
	for _, service := range s.Services {
		if !b.anyCheck(service, firmware.RoleEdge) {
			b.warning("service %s has no edge check: nothing says how customers get it, so it is never voted on", service)
		}
	}
	if len(s.Fleet) > 1 && len(b.cfg.Feed.Brokers) == 0 {
		b.warning("no broker is configured: this device neither hears its peers nor is heard by them")
	}
	if b.self != nil && independent(b.self.Uplinks) < 2 {
		b.warning("%s has one independent way out: it cannot tell its own uplink's failure from a service's", s.Device)
	}
}

// anyCheck reports whether a service has a check of a role.
func (b *builder) anyCheck(service string, role firmware.Role) bool {
	for _, c := range b.cfg.Checks {
		if c.Ref.Service == service && c.Role == role {
			return true
		}
	}
	return false
}

// warnControls says when the controls are too few, or no controls at all.
func (b *builder) warnControls() {
	positive, hosts := 0, map[string]string{}
	for _, c := range b.cfg.Checks {
		if c.Role == firmware.RolePortal {
			continue
		}
		if c.Role != firmware.RoleControl {
			hosts[target(c)] = c.Ref.Service
		} else if !c.Negative {
			positive++
		}
	}
	switch {
	case positive < 2:
		b.warning("%s: nothing ever rises above suspected with fewer than 2; name at least 3 in different networks outside the provider",
			count(positive, "positive control"))
	case positive < 3:
		b.warning("2 positive controls: when one of them is down this device is blind; name at least 3 in different networks")
	}
	for _, c := range b.cfg.Checks {
		if service, ok := hosts[target(c)]; ok && c.Role == firmware.RoleControl && target(c) != "" {
			b.warning("control %s asks %s, which service %s is made of: a control must be outside the provider", c.Ref.Name, target(c), service)
		}
	}
}

// target returns the host that a check depends on, or "".
func target(c firmware.Check) string {
	text := ""
	if c.HTTP != nil {
		text = c.HTTP.URL
	} else if c.Transaction != nil && len(c.Transaction.Steps) > 0 {
		text = c.Transaction.Steps[0].URL
	}
	if text != "" {
		if u, err := url.Parse(text); err == nil {
			return u.Hostname()
		}
	}
	return ""
}

// warnQuorum says when this fleet can never meet the rule.
func (b *builder) warnQuorum() {
	s := b.cfg.Fold
	sites, networks := map[string]bool{}, map[string]bool{}
	for _, d := range s.Fleet {
		sites[d.Site] = true
		for _, u := range d.Uplinks {
			networks[u.Network] = true
		}
	}
	q := s.Quorum
	if len(s.Fleet) < q.Devices || len(sites) < q.Sites || len(networks) < q.Networks {
		b.warning("an outage can never be confirmed: the rule asks for %s at %s over %s, the fleet has %d, %d and %d",
			count(q.Devices, "device"), count(q.Sites, "site"), count(q.Networks, "network"), len(s.Fleet), len(sites), len(networks))
	}
}

// independent counts the ways out that share neither network nor risk with an earlier one.
func independent(uplinks []firmware.UplinkFact) int {
	n, used := 0, map[string]bool{}
	for _, u := range uplinks {
		shared := used["network "+u.Network]
		used["network "+u.Network] = true
		for _, risk := range u.SharedRisk {
			shared = shared || used["risk "+risk]
			used["risk "+risk] = true
		}
		if !shared {
			n++
		}
	}
	return n
}
