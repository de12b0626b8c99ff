package config

import (
	"net/url"
	"time"

	"edgeprobe.io/firmware"
)

// A portal check is small and asked at every suspicion besides. It must not keep a vote waiting for long.
const (
	portalEvery   = 30 * time.Second
	portalTimeout = 2 * time.Second
)

// portals reads what tells of captive portals, one check for each uplink that names an address to ask.
func (b *builder) portals(raw *rawFile) {
	names := taken{}
	for i := range raw.Controls {
		names[string(raw.Controls[i].Name.V)] = raw.Controls[i].at.key
	}
	for _, u := range raw.Uplinks {
		if !u.Portal.given {
			continue
		}
		c := firmware.Check{
			Ref: firmware.CheckRef{Name: "portal-" + string(u.Name.V)}, Uplink: string(u.Name.V), Kind: "portal",
			Role: firmware.RolePortal, Interval: portalEvery, Timeout: portalTimeout,
			Portal: &firmware.PortalCheck{URL: b.portalURL(u.Portal.Check, "http"), API: b.portalURL(u.Portal.API, "https")},
		}
		b.claim(names, c.Ref.Name, u.Portal.at)
		b.cfg.Checks = append(b.cfg.Checks, c)
	}
}

// portalURL reads a URL of the one scheme that makes sense.
func (b *builder) portalURL(v val[string], scheme string) string {
	if !v.OK {
		return ""
	}
	before := len(b.all)
	b.url(v)
	if u, err := url.Parse(v.V); len(b.all) == before && (err != nil || u.Scheme != scheme) {
		b.add(v.at, kindScheme, "", scheme)
	}
	return v.V
}
