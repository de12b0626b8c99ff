package firmware

import "fmt"

// Outcome is how a run ended: one closed list, so that nobody has to read an error text.
type Outcome uint8

// The outcomes. The numbers are stored and published; a new outcome goes to the end.
const (
	OutcomeMissed       Outcome = iota // the run never started: no measurement, no vote
	OutcomeOK                          // everything expected was seen
	OutcomeDNSNXDomain                 // the name does not exist (RFC 1035 rcode 3)
	OutcomeDNSNoData                   // the name exists without such a record (RFC 2308)
	OutcomeDNSServFail                 // the resolver could not answer (rcode 2)
	OutcomeDNSRefused                  // the resolver would not answer (rcode 5)
	OutcomeDNSTimeout                  // a working resolver, or the one that the check names, gave no answer in time
	OutcomeDNSOther                    // any other or malformed DNS answer
	OutcomeNoRoute                     // the network said unreachable
	OutcomeRefused                     // TCP connection refused
	OutcomeTCPTimeout                  // no TCP connection in time
	OutcomeReset                       // the connection was reset or closed early
	OutcomeTLSExpired                  // certificate outside its validity
	OutcomeTLSHostname                 // certificate for another name
	OutcomeTLSUnknownCA                // certificate of an unknown issuer
	OutcomeTLSOther                    // any other TLS failure
	OutcomeTLSTimeout                  // handshake not finished in time
	OutcomeHTTPStatus                  // status code not accepted
	OutcomeHTTPHeader                  // a header does not match
	OutcomeHTTPProtocol                // not HTTP, or broken HTTP
	OutcomeBodyMismatch                // the body does not match
	OutcomeTooLarge                    // the body is larger than allowed
	OutcomeSlow                        // all as expected, but over the latency bound
	OutcomeStalled                     // the answer began and did not end in time
	OutcomeTimeout                     // connected, but no answer in time
	OutcomePortal                      // a captive portal answered instead
	OutcomeDNSMismatch                 // answered, but not with an expected answer
	OutcomeLocalFault                  // this device could not measure: says nothing about the target
	OutcomeHTTPRedirect                // redirected in a loop, too often, or to where the check does not follow
	OutcomeTLSExpiring                 // all as expected, but the certificate ends too soon
	OutcomePathMTU                     // the way there loses big packets; in small ones the target answered
	OutcomeDeadResolver                // no resolver of the uplink works: they are silent, or fail on every name
	outcomes                           // their number
)

// OutcomeLast is the last of the list.
const OutcomeLast = outcomes - 1

var outcomeNames = [outcomes]string{
	"missed", "ok", "dns_nxdomain", "dns_nodata", "dns_servfail", "dns_refused", "dns_timeout", "dns_other",
	"no_route", "refused", "tcp_timeout", "reset", "tls_expired", "tls_hostname", "tls_unknown_ca", "tls_other",
	"tls_timeout", "http_status", "http_header", "http_protocol", "body_mismatch", "too_large", "slow", "stalled",
	"timeout", "portal", "dns_mismatch", "local_fault", "http_redirect", "tls_expiring",
	"path_mtu", "dead_resolver",
}

// String returns the outcome's name in snake case.
func (o Outcome) String() string {
	if o >= outcomes {
		return fmt.Sprintf("outcome_%d", uint8(o))
	}
	return outcomeNames[o]
}

// Known reports whether o is in the closed list.
func (o Outcome) Known() bool { return o < outcomes }

// OK reports whether everything expected was seen in time.
func (o Outcome) OK() bool { return o == OutcomeOK }

// Void reports whether the run says nothing about its target: missed, this device's own fault, or the uplink's.
func (o Outcome) Void() bool {
	switch o {
	case OutcomeMissed, OutcomeLocalFault, OutcomePortal, OutcomePathMTU, OutcomeDeadResolver:
		return true
	}
	return false
}

// Lesser reports whether the answer was as expected but for something that only degrades the service: it came
// slowly, or its certificate ends too soon.
func (o Outcome) Lesser() bool { return o == OutcomeSlow || o == OutcomeTLSExpiring }

// Bad reports whether the run speaks against its target. A lesser fault does not: it is an answer.
func (o Outcome) Bad() bool { return !o.OK() && !o.Void() && !o.Lesser() }

// MarshalText writes the name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name of the closed list.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, n := range outcomeNames {
		if n == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q", text)
}
