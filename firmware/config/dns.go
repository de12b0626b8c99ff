package config

import (
	"regexp"
	"strings"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// domain is a name of letters, digits, dashes and underscores (RFC 1035, RFC 8552), with its last dot or without.
var domain = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$`)

// dns reads what is particular to a dns check.
func (b *builder) dns(raw *rawCheck, c *firmware.Check) {
	d := &firmware.DNSCheck{
		Type: raw.Type.or("A"), RCode: raw.Expect.RCode.V, MinTTL: raw.Expect.MinTTL.V, AD: raw.Expect.AD.V,
	}
	if !probe.KnownRecordType(d.Type) {
		b.add(raw.Type.at, kindRecordType, oneOf(d.Type, append(probe.RecordTypes(), "TYPE and a number")), d.Type)
	}
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
	if d.RCode != "" && d.RCode != "NOERROR" {
		b.misplaced("a reply of "+d.RCode+", which has no records", listed(raw.Expect.Answers), raw.Expect.MinTTL.keyed())
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

// answer reads an expected answer and returns it in the form that answers are compared in.
func (b *builder) answer(v val[string], kind string) string {
	if !v.OK || !probe.KnownRecordType(kind) {
		return v.V
	}
	text, err := probe.Answer(kind, v.V)
	if err != nil {
		mend := ""
		if kind != "A" && kind != "AAAA" {
			mend = `write the record's bytes in hex, like \# 4 c0000207 (RFC 3597)`
		}
		b.add(v.at, kindAnswer, mend, v.V, kind)
	}
	return text
}
