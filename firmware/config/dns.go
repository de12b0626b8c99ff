package config

import (
	"net/netip"
	"regexp"
	"strings"

	"edgeprobe.io/firmware"
)

// domain is a name of letters, digits, dashes and underscores (RFC 1035, RFC 8552), with its last dot or without.
var domain = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$`)

// dns reads what is particular to a dns check.
func (b *builder) dns(raw *rawCheck, c *firmware.Check) {
	b.misplaced("a dns check", raw.URL.keyed(), raw.Address.keyed(), raw.Method.keyed(), raw.Headers.keyed(), raw.Body.keyed(),
		raw.Marker.keyed(), raw.MaxBytes.keyed(), listed(raw.Expect.Status), raw.Expect.Body.keyed(), raw.Expect.Headers.keyed())
	d := &firmware.DNSCheck{Type: raw.Type.or("A")}
	if !raw.Query.Given {
		b.missing(raw.at.under("query"), "query: www.example.com")
	} else if raw.Query.OK {
		d.Name = b.domain(raw.Query)
	}
	if raw.Server.OK {
		ap, _, ok := addressPort(raw.Server.V, dnsPort)
		if !ok {
			b.add(raw.Server.at, kindIPPort, "", raw.Server.V)
		}
		d.Server = ap.String()
	}
	for _, a := range raw.Expect.Answers {
		d.Answers = append(d.Answers, b.answer(a, d.Type))
	}
	c.DNS = d
}

func isDomain(s string) bool {
	return len(strings.TrimSuffix(s, ".")) <= 253 && domain.MatchString(s)
}

// domain reads a domain name and returns it with its last dot.
func (b *builder) domain(v val[string]) string {
	if !isDomain(v.V) {
		b.add(v.at, kindDomain, "", v.V)
		return ""
	}
	if v.V[len(v.V)-1] != '.' {
		return v.V + "."
	}
	return v.V
}

// answer reads an expected answer; an address is brought to its usual spelling.
func (b *builder) answer(v val[string], kind string) string {
	if !v.OK || kind != "A" && kind != "AAAA" {
		return v.V
	}
	a, err := netip.ParseAddr(v.V)
	if err != nil || a.Is4() != (kind == "A") || a.Zone() != "" {
		b.add(v.at, kindAnswer, "", v.V, kind)
	}
	return a.String()
}
