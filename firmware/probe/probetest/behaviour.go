package probetest

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// Long is the timeout of rows that end by themselves, and Short of those that only time ends.
const (
	Long  = 8 * time.Second
	Short = 500 * time.Millisecond
)

// Behaviour is one row of the table.
type Behaviour struct {
	Group  string // of kebab-case, as Name
	Name   string // unique in the table
	Does   string // what the server does, and where it matters what is asked of it
	Want   Want
	Floods bool // sends without end or out of proportion: the run's memory is held to a bound

	Timed bool // stands only where the time is known: else nobody can say whether the certificate is good now

	start starter
}

// Want is what a run is to come to.
type Want struct {
	Outcome     firmware.Outcome
	Status      uint16                 // HTTP status; 0: not looked at. Of a dns check always the rcode.
	Conn        firmware.Conn          //
	Certificate bool                   // its end is recorded although the handshake failed
	Cache       firmware.CacheEvidence // zero: not looked at
	Detail      string                 // a part of the detail; "": not looked at
}

// Setup is a row with its servers up.
type Setup struct {
	Check     firmware.Check
	Resolvers []netip.AddrPort            // of the uplink; nil: the check needs none
	After     func(firmware.Result) error // what the servers have to say once the run is over; nil: nothing
}

// Stage is where a row is played: its servers end with the test, and certificates that are good come from CA.
type Stage struct {
	testing.TB
	CA *Authority
}

// starter starts a row's servers.
type starter func(Stage) Setup

// Behaviours returns the table.
func Behaviours() []Behaviour {
	return slices.Concat(
		group("connect", connectRows()), group("http", httpRows()), group("framing", framingRows()), group("body", bodyRows()),
		group("edge", edgeRows()), group("redirect", redirectRows()), group("https", httpsRows()), group("http2", append(http2Rows(), http2Floods()...)),
		group("resolve", resolveRows()), group("dns", dnsRows()), group("dns-reply", replyRows()), group("dns-rcode", rcodeRows()),
		group("resolvers", resolversRows()), group("tls", tlsRows()), group("chain", chainRows()), group("tcp", tcpRows()),
		group("script", scriptRows()), group("upload", uploadRows()),
	)
}

// Start starts the row's servers.
func (b Behaviour) Start(s Stage) Setup {
	s.Helper()
	up := b.start(s)
	up.Check.Ref = firmware.CheckRef{Service: b.Group, Name: b.Name}
	up.Check.Role, up.Check.Critical, up.Check.Interval = firmware.RoleEdge, true, 10*time.Second
	if up.Check.Timeout == 0 {
		up.Check.Timeout = Long
	}
	return up
}

func row(name, does string, start starter, want firmware.Outcome) Behaviour {
	return Behaviour{Name: name, Does: does, start: start, Want: Want{Outcome: want}}
}

func group(name string, rows []Behaviour) []Behaviour {
	for i := range rows {
		rows[i].Group = name
	}
	return rows
}

// over sets how the connection comes about for rows that do not say so themselves.
func over(conn firmware.Conn, rows ...Behaviour) []Behaviour {
	for i := range rows {
		rows[i].Want.Conn = conn
	}
	return rows
}

func (b Behaviour) saying(detail string) Behaviour { b.Want.Detail = detail; return b }
func (b Behaviour) status(code uint16) Behaviour   { b.Want.Status = code; return b }
func (b Behaviour) timed() Behaviour               { b.Timed = true; return b }
func (b Behaviour) flooding() Behaviour            { b.Floods = true; return b }
func (b Behaviour) certified() Behaviour           { b.Want.Certificate = true; return b }
func (b Behaviour) cached(e firmware.CacheEvidence) Behaviour {
	b.Want.Cache = e
	return b
}

// kept says how long a DNS answer may be.
func (b Behaviour) kept(ttl time.Duration) Behaviour {
	return b.cached(firmware.CacheEvidence{Fresh: ttl})
}

// within shortens the check's timeout.
func (s starter) within(timeout time.Duration) starter {
	return s.check(func(c *firmware.Check) { c.Timeout = timeout })
}

// bounded gives the check a latency bound.
func (s starter) bounded(most time.Duration) starter {
	return s.check(func(c *firmware.Check) { c.MaxLatency = most })
}

func (s starter) check(change func(*firmware.Check)) starter {
	return func(st Stage) Setup {
		up := s(st)
		change(&up.Check)
		return up
	}
}

// asks changes what an http check asks and expects.
func (s starter) asks(change func(*firmware.HTTPCheck)) starter {
	return s.check(func(c *firmware.Check) { change(c.HTTP) })
}
