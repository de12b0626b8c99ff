package probe

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// recordTypes are the types that a dns check may ask for.
func recordTypes() map[string]dnsmessage.Type {
	return map[string]dnsmessage.Type{
		"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "CNAME": dnsmessage.TypeCNAME, "TXT": dnsmessage.TypeTXT,
		"NS": dnsmessage.TypeNS, "MX": dnsmessage.TypeMX,
	}
}

// recordText reads the record at hand as people write it: names in lower case without the final dot, MX as
// "preference name", the strings of a TXT joined (RFC 7208 section 3.3 joins them so too).
func recordText(p *dnsmessage.Parser, kind dnsmessage.Type) (string, error) {
	switch kind {
	case dnsmessage.TypeA:
		r, err := p.AResource()
		return netip.AddrFrom4(r.A).String(), err
	case dnsmessage.TypeAAAA:
		r, err := p.AAAAResource()
		return netip.AddrFrom16(r.AAAA).String(), err
	case dnsmessage.TypeCNAME:
		r, err := p.CNAMEResource()
		return plainName(r.CNAME.String()), err
	case dnsmessage.TypeNS:
		r, err := p.NSResource()
		return plainName(r.NS.String()), err
	case dnsmessage.TypeMX:
		r, err := p.MXResource()
		return fmt.Sprintf("%d %s", r.Pref, plainName(r.MX.String())), err
	case dnsmessage.TypeTXT:
		r, err := p.TXTResource()
		return strings.Join(r.TXT, ""), err
	}
	return "", fmt.Errorf("record type %v is not read", kind)
}

// sameForm writes an expected answer the way recordText does.
func sameForm(kind dnsmessage.Type, answer string) (string, error) {
	switch kind {
	case dnsmessage.TypeA, dnsmessage.TypeAAAA:
		a, err := netip.ParseAddr(answer)
		if err != nil || a.Is4() != (kind == dnsmessage.TypeA) || a.Zone() != "" {
			return "", fmt.Errorf("expected answer %q is not an address of the type asked for", answer)
		}
		return a.String(), nil
	case dnsmessage.TypeTXT:
		return answer, nil
	}
	return plainName(answer), nil
}

func plainName(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }
