package firmware

import (
	"net/netip"
	"time"
)

// Result is one run of one check from one vantage of this device. Every field survives the card and the wire
// exactly; durations are whole microseconds.
type Result struct {
	Check   CheckRef      `json:"ref"`
	Uplink  string        `json:"uplink"`
	Start   Stamp         `json:"start"`             // when the run started
	Took    time.Duration `json:"took"`              // from start to verdict
	Outcome Outcome       `json:"outcome"`           //
	Status  uint16        `json:"status,omitempty"`  // HTTP status code or DNS rcode; 0: none seen
	Phases  Phases        `json:"phases"`            //
	Conn    Conn          `json:"conn,omitempty"`    // how the connection came about
	Address netip.Addr    `json:"address,omitzero"`  // remote address; zero: none reached
	Bytes   uint32        `json:"bytes,omitempty"`   // body bytes read
	Cache   CacheEvidence `json:"cache,omitzero"`    //
	Expires int64         `json:"expires,omitempty"` // leaf certificate's NotAfter, Unix seconds; 0: no certificate seen
	Marker  uint64        `json:"marker,omitempty"`  // digest of the marker's match; 0: none
	Detail  string        `json:"detail,omitempty"`  // for people: why it failed, or what else was seen; at most 200 bytes, no secrets
	Steps   []Step        `json:"steps,omitempty"`   // of a transaction: those that were run, at most [MaxSteps]; not nil and empty
	Trips   Trips         `json:"trips,omitzero"`    // of an icmp run; zero: none was sent
}

// Trips are the round trips of a run's packets. Their mean is the result's Phases.Wait. Without an answer the times
// are 0.
type Trips struct {
	Sent     uint8         `json:"sent"`
	Answered uint8         `json:"answered"` // at most Sent
	Min      time.Duration `json:"min"`
	Max      time.Duration `json:"max"`
	Dev      time.Duration `json:"mdev"` // standard deviation, as ping(8) prints it
}

// Step is one request of a transaction's run, or of its clean-up. The result's phases are the sums over all of them.
type Step struct {
	Name    string        `json:"name"`
	Took    time.Duration `json:"took"`
	Outcome Outcome       `json:"outcome"`
	Status  uint16        `json:"status,omitempty"` // 0: no answer was seen, or none was wanted
	Phases  Phases        `json:"phases"`
	Bytes   uint32        `json:"bytes,omitempty"` // body bytes read
}

// MaxDetail is the longest [Result.Detail] in bytes.
const MaxDetail = 200

// Phases are the parts of a run's time; 0 means the phase did not happen.
type Phases struct {
	Resolve  time.Duration `json:"resolve,omitempty"`
	Connect  time.Duration `json:"connect,omitempty"`
	TLS      time.Duration `json:"tls,omitempty"`
	Wait     time.Duration `json:"wait,omitempty"`     // request sent to first byte
	Transfer time.Duration `json:"transfer,omitempty"` // first byte to end of body
}

// Plus returns the sums of the phases.
func (p Phases) Plus(q Phases) Phases {
	return Phases{
		Resolve: p.Resolve + q.Resolve, Connect: p.Connect + q.Connect, TLS: p.TLS + q.TLS,
		Wait: p.Wait + q.Wait, Transfer: p.Transfer + q.Transfer,
	}
}

// Conn says how a run's connection came about. Only a full handshake proves the certificate.
type Conn uint8

// The kinds of connection.
const (
	ConnNone    Conn = iota // none was made
	ConnPlain               // fresh, without TLS
	ConnFull                // fresh, full TLS handshake
	ConnResumed             // fresh, resumed TLS session
	ConnKept                // kept alive from an earlier run
)

// String returns "", "plain", "full", "resumed" or "kept".
func (c Conn) String() string {
	return [...]string{"", "plain", "full", "resumed", "kept"}[min(c, ConnKept)]
}

// MarshalText writes the name.
func (c Conn) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name; an unknown one is [ConnNone].
func (c *Conn) UnmarshalText(text []byte) error {
	for *c = ConnKept; *c > ConnNone && c.String() != string(text); *c-- {
	}
	return nil
}

// CacheState is what an edge's answer says of the cache it came from.
type CacheState uint8

// The cache states.
const (
	CacheUnknown  CacheState = iota // no evidence
	CacheMiss                       // the origin was asked, or the cache was passed by
	CacheHit                        // a fresh stored copy
	CacheStale                      // a stale copy, served because the origin did not answer well
	CacheEdgeMade                   // an error that the edge made itself: the origin gave it no answer it could use
)

// String returns "unknown", "miss", "hit", "stale" or "edge_made".
func (c CacheState) String() string {
	return [...]string{"unknown", "miss", "hit", "stale", "edge_made"}[min(c, CacheEdgeMade)]
}

// MarshalText writes the name.
func (c CacheState) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a name; an unknown one is [CacheUnknown].
func (c *CacheState) UnmarshalText(text []byte) error {
	for *c = CacheEdgeMade; *c > CacheUnknown && c.String() != string(text); *c-- {
	}
	return nil
}

// CacheEvidence is what the headers of an edge's answer prove (RFC 9111, RFC 9211, X-Cache, CF-Cache-Status). Of a DNS
// answer it is only how long that may be kept, its time to live, as Fresh.
type CacheEvidence struct {
	State CacheState    `json:"state,omitempty"`
	Aged  bool          `json:"aged,omitempty"` // an Age header was there
	Age   time.Duration `json:"age,omitempty"`  // its value
	Fresh time.Duration `json:"fresh"`          // how long the copy stays fresh from now; negative: unknown
}
