package probe

import (
	"crypto/tls"
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
)

// session decides when a TLS session is resumed. A resumed handshake costs half, but only a full one proves the
// certificate, so a run resumes only when
//
//   - the run before went well, and
//   - the address is the one that was proven, and
//   - the proof is younger than 1.75 intervals, so that whatever the schedule's jitter there is a proof within
//     2.5 intervals, which is as long as evidence counts. A check without interval counts as one of 10 s.
//
// It holds one ticket. Resuming, crypto/tls checks again that the name matches and that a chain verified before
// is valid now and ends in our roots (Conn.loadSession).
type session struct {
	lasts  time.Duration // how old a proof may get; 0: never resume
	ticket *tls.ClientSessionState
	proven firmware.Stamp // start of the last full and good run
	at     netip.AddrPort // its address
}

func newSession(resume bool, interval time.Duration) session {
	if !resume {
		return session{}
	}
	return session{lasts: proofLasts(interval)}
}

// proofLasts is how old a proof may get before a full handshake is due.
func proofLasts(interval time.Duration) time.Duration {
	if interval == 0 {
		interval = 10 * time.Second
	}
	return interval * 7 / 4
}

// begin reports whether this run may resume; else the ticket is dropped.
func (s *session) begin(start firmware.Stamp, at netip.AddrPort) (resumes bool) {
	if s.at != at || s.proven.Zero() || start.Since(s.proven) >= s.lasts {
		s.ticket = nil
	}
	return s.ticket != nil
}

// good notes a run in which all was as expected.
func (s *session) good(start firmware.Stamp, at netip.AddrPort, conn firmware.Conn) {
	if conn == firmware.ConnFull {
		s.proven, s.at = start, at
	}
}

// bad makes the next run a full one.
func (s *session) bad() { s.ticket, s.proven = nil, firmware.Stamp{} }

// Get implements [tls.ClientSessionCache].
func (s *session) Get(string) (*tls.ClientSessionState, bool) { return s.ticket, s.ticket != nil }

// Put implements [tls.ClientSessionCache].
func (s *session) Put(_ string, ticket *tls.ClientSessionState) { s.ticket = ticket }
