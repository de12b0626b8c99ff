package probe

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// rcodeNames are the response codes that have a name (RFC 1035, RFC 2136, RFC 6891), by number.
func rcodeNames() []string {
	return []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET",
		"NXRRSET", "NOTAUTH", "NOTZONE", "DSOTYPENI", "", "", "", "", "BADVERS"}
}

// noData is the name of a good answer without records of the type (RFC 2308), which has no code of its own.
const noData = "NODATA"

// RCodes returns what a dns check may want instead of records.
func RCodes() []string {
	return append(slices.DeleteFunc(rcodeNames(), func(s string) bool { return s == "" }), noData)
}

// rcodeName is how people write a code.
func rcodeName(c dnsmessage.RCode) string {
	if names := rcodeNames(); int(c) < len(names) && names[c] != "" {
		return names[c]
	}
	return fmt.Sprintf("RCODE%d", c)
}

// extended are the names of the extended errors that say most about a failure (RFC 8914 section 4).
func extended(code uint16) string {
	names := []string{"other", "unsupported DNSKEY algorithm", "unsupported DS digest", "stale answer", "forged answer",
		"DNSSEC indeterminate", "DNSSEC bogus", "signature expired", "signature not yet valid", "DNSKEY missing",
		"RRSIGs missing", "no zone key bit set", "NSEC missing", "cached error", "not ready", "blocked", "censored",
		"filtered", "prohibited", "stale NXDOMAIN", "not authoritative", "not supported", "no reachable authority",
		"network error", "invalid data"}
	if int(code) < len(names) {
		return names[code]
	}
	return ""
}

// edeText writes one extended error: its code, the code's name, and the resolver's own words, if any.
func edeText(data []byte) string {
	if len(data) < 2 {
		return ""
	}
	code := uint16(data[0])<<8 | uint16(data[1])
	text := strings.TrimSpace(fmt.Sprintf("EDE %d %s", code, extended(code)))
	if own := strings.Trim(string(data[2:]), "\x00 "); own != "" {
		text += fmt.Sprintf(" (%s)", brief(own))
	}
	return text
}
