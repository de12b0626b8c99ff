package probe

import (
	"encoding/hex"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// recordTypes are the types that a dns check may ask for by name (IANA, DNS parameters).
func recordTypes() map[string]dnsmessage.Type {
	return map[string]dnsmessage.Type{
		"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "CNAME": dnsmessage.TypeCNAME, "TXT": dnsmessage.TypeTXT,
		"NS": dnsmessage.TypeNS, "MX": dnsmessage.TypeMX, "SOA": dnsmessage.TypeSOA, "PTR": dnsmessage.TypePTR,
		"SRV": dnsmessage.TypeSRV, "CAA": typeCAA, "DS": 43, "DNSKEY": 48, "TLSA": 52, "SVCB": 64, "HTTPS": 65, "NAPTR": 35,
	}
}

const typeCAA = dnsmessage.Type(257) // RFC 8659

// recordType reads a type's name, or TYPE and its number (RFC 3597 section 5). Numbers that are no type of data
// (RFC 6895 section 3.1: OPT, and 128 to 255) cannot be asked for.
func recordType(s string) (dnsmessage.Type, error) {
	if t, ok := recordTypes()[s]; ok {
		return t, nil
	}
	digits, numbered := strings.CutPrefix(s, "TYPE")
	n, err := strconv.ParseUint(digits, 10, 16)
	if !numbered || err != nil || digits != strconv.FormatUint(n, 10) || n == 0 || n == 41 || n >= 128 && n <= 255 {
		return 0, fmt.Errorf("record type %q is not one of %s, or TYPE and a number",
			s, strings.Join(slices.Sorted(maps.Keys(recordTypes())), ", "))
	}
	return dnsmessage.Type(n), nil
}

// RecordTypes returns the types that a dns check may name, sorted; others are written TYPE and their number.
func RecordTypes() []string { return slices.Sorted(maps.Keys(recordTypes())) }

// KnownRecordType reports whether a dns check can ask for a type: one of [RecordTypes], or TYPE123 (RFC 3597).
func KnownRecordType(s string) bool {
	_, err := recordType(s)
	return err == nil
}

// typeName is how people write a type.
func typeName(t dnsmessage.Type) string {
	for name, known := range recordTypes() {
		if known == t {
			return name
		}
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// recordText reads the record at hand as people write it: names in lower case without the final dot, MX as
// "preference name", the strings of a TXT joined (RFC 7208 section 3.3 joins them so too). A type without a form
// of its own is written as RFC 3597 does: \# length hex.
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
	case dnsmessage.TypePTR:
		r, err := p.PTRResource()
		return plainName(r.PTR.String()), err
	case dnsmessage.TypeMX:
		r, err := p.MXResource()
		return fmt.Sprintf("%d %s", r.Pref, plainName(r.MX.String())), err
	case dnsmessage.TypeSRV:
		r, err := p.SRVResource()
		return fmt.Sprintf("%d %d %d %s", r.Priority, r.Weight, r.Port, plainName(r.Target.String())), err
	case dnsmessage.TypeSOA:
		r, err := p.SOAResource()
		return fmt.Sprintf("%s %s %d %d %d %d %d", plainName(r.NS.String()), plainName(r.MBox.String()),
			r.Serial, r.Refresh, r.Retry, r.Expire, r.MinTTL), err
	case dnsmessage.TypeTXT:
		r, err := p.TXTResource()
		return strings.Join(r.TXT, ""), err
	}
	r, err := p.UnknownResource()
	if text, ok := caaText(r.Data); ok && kind == typeCAA {
		return text, err
	}
	return genericText(r.Data), err
}

// caaText writes which authority may issue certificates: flags, tag and value (RFC 8659 section 4.1).
func caaText(data []byte) (string, bool) {
	if len(data) < 2 || len(data) < 2+int(data[1]) {
		return "", false
	}
	end := 2 + int(data[1])
	tag, value := data[2:end], data[end:]
	return strings.ToLower(fmt.Sprintf("%d %s %q", data[0], tag, value)), true
}

func genericText(data []byte) string {
	return strings.TrimSuffix(fmt.Sprintf(`\# %d %s`, len(data), hex.EncodeToString(data)), " ")
}

// genericForm brings what people write of a generic record to genericText's form.
func genericForm(s string) (string, error) {
	words := strings.Fields(s)
	if len(words) >= 2 && words[0] == `\#` {
		data, err := hex.DecodeString(strings.Join(words[2:], ""))
		if err == nil && words[1] == strconv.Itoa(len(data)) {
			return genericText(data), nil
		}
	}
	return "", fmt.Errorf(`expected answer %q is not written like \# 4 c0000207`, s)
}

// Answer returns an expected answer of a dns check in the form that answers are compared in, or why it can never
// be one of that type.
func Answer(recordTypeName, answer string) (string, error) {
	kind, err := recordType(recordTypeName)
	if err != nil {
		return "", err
	}
	switch kind {
	case dnsmessage.TypeA, dnsmessage.TypeAAAA:
		a, err := netip.ParseAddr(answer)
		if err != nil || a.Is4() != (kind == dnsmessage.TypeA) || a.Zone() != "" {
			return "", fmt.Errorf("expected answer %q is not an address of the type asked for", answer)
		}
		return a.String(), nil
	case dnsmessage.TypeTXT:
		return answer, nil
	case dnsmessage.TypeCNAME, dnsmessage.TypeNS, dnsmessage.TypePTR, dnsmessage.TypeMX, dnsmessage.TypeSRV, dnsmessage.TypeSOA, typeCAA:
		if strings.HasSuffix(answer, "..") {
			return "", fmt.Errorf("expected answer %q is not a name: it ends in an empty label", answer)
		}
		return plainName(answer), nil
	}
	return genericForm(answer)
}

func plainName(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }
