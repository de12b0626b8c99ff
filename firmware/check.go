package firmware

import "time"

// Role is what a check's results may decide.
type Role string

// The roles of a check.
const (
	RoleEdge     Role = "edge"     // as a customer gets it
	RoleOrigin   Role = "origin"   // past every cache
	RoleEvidence Role = "evidence" // supports, never decides
	RoleControl  Role = "control"  // not the provider's: proves the uplink's own eyes
	RolePortal   Role = "portal"   // asks one uplink whether a captive portal stands before it
)

// CheckRef names a check within a device. A control, and a question about a portal, has no service.
type CheckRef struct {
	Service string `json:"service,omitempty"`
	Name    string `json:"check"`
}

// String returns "service/check", or "control/name".
func (r CheckRef) String() string {
	if r.Service == "" {
		return "control/" + r.Name
	}
	return r.Service + "/" + r.Name
}

// Check is the definition of one measurement.
type Check struct {
	Ref        CheckRef
	Uplink     string        // the only one that it runs over; "": every one
	Kind       string        // a key of probe's map of kinds: "http", "dns", "tls", "tcp", "icmp", "transaction", "portal"
	Role       Role          //
	Region     string        // target region when pinned there; empty: whatever this site is given
	Critical   bool          // a failing edge check means down, else degraded
	Negative   bool          // a negative control: it must fail
	Interval   time.Duration // between the starts of two runs
	Timeout    time.Duration // a run never takes longer
	MaxLatency time.Duration // slower is [OutcomeSlow]; 0 means no bound
	HTTP       *HTTPCheck    // set exactly when Kind is "http"
	DNS        *DNSCheck     // set exactly when Kind is "dns"
	TLS        *TLSCheck     // set exactly when Kind is "tls"
	TCP        *TCPCheck     // set exactly when Kind is "tcp"
	ICMP       *ICMPCheck    // set exactly when Kind is "icmp"
	Portal     *PortalCheck  // set exactly when Kind is "portal"

	Transaction *TransactionCheck // set exactly when Kind is "transaction"
}

// HTTPCheck is what an http check asks and expects.
type HTTPCheck struct {
	URL      string            // absolute http or https URL without user information
	Method   string            // "" means GET
	Body     string            // request body, sent as is
	Headers  map[string]string // request headers; may hold secrets
	Address  string            // "ip" or "ip:port" dialled instead of resolving the URL's host; "" resolves
	Family   int               // 4 or 6: only this IP version; 0 prefers IPv4
	Protocol int               // 2: HTTP/2 (RFC 9113) and nothing else; 0 and 1: HTTP/1.1
	Nonce    bool              // adds a query parameter that no cache has seen; for hosts of one's own only
	Keep     bool              // may keep its connection between the full runs that validity needs

	Redirects int  // redirects followed at most; 0: a redirect is an answer
	Downgrade bool // a redirect may lead from https to http

	Status     []int             // accepted status codes; empty accepts 200 to 299
	ExpectBody string            // regular expression (RE2) that the body must match; "" accepts any
	ExpectHead map[string]string // header name -> regular expression that its value must match
	AbsentBody string            // regular expression that the body must not match; "" forbids nothing
	AbsentHead map[string]string // header name -> regular expression that no value may match; "" forbids the header
	ExpectJSON map[string]string // path like $.a.b[0] in a JSON body -> the value there, as text
	Marker     string            // regular expression whose first match changes with every origin answer; "" has none
	Digest     string            // SHA-256 of the whole body, 64 hexadecimal digits; "" accepts any
	MinBytes   int64             // a smaller body is [OutcomeBodyMismatch]
	MaxBytes   int64             // body bytes read at most, then [OutcomeTooLarge]; 0 means 1 MiB
	Days       int               // a certificate with fewer days left is [OutcomeTLSExpiring]; 0 means no bound
}

// DNSCheck is what a dns check asks and expects.
type DNSCheck struct {
	Name    string        // fully qualified name
	Type    string        // a record type such as "AAAA", or "TYPE" and a number (RFC 3597)
	Server  string        // "ip:port" asked; "" asks the uplink's resolvers
	Answers []string      // answers of which at least one must be present; empty accepts any
	RCode   string        // wanted instead of records: "NXDOMAIN", "NODATA", "REFUSED", ...; "" or "NOERROR" wants records
	MinTTL  time.Duration // the least that the records may be kept, whole seconds; 0 accepts any
	AD      bool          // the resolver must vouch for the answer (RFC 4035: authenticated data)
}
