package probe

import (
	"net/netip"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver is what one of those asked has done in a lookup.
type resolver struct {
	at     netip.AddrPort
	lost   bool  // it cannot be asked, or answered badly: nobody waits for its word on the name any more
	passed bool  // its turn has
	heard  bool  // it answered something, well or badly
	said   reply // its bad answer ...
	bad    error // ... and the verdict on that; nil: it gave none
	woken  bool  // it was asked for the root
	rooted bool  // and answered
	root   reply // so
}

// well reports whether the resolver works: it does better on the root than to fail, and than it did on the name.
func (s *resolver) well() bool {
	alike := s.bad != nil && s.root.rcode == s.said.rcode && s.root.rcode != dnsmessage.RCodeSuccess
	return s.rooted && !s.root.malformed && s.root.rcode != dnsmessage.RCodeServerFailure && !alike
}

// rootQuestion asks for the servers of the root. Every resolver with a working way out holds the answer (RFC 8109),
// and one that only forwards gets it from the next: silence on it is the resolvers', not a name's. Without EDNS the
// answer is at most 512 bytes.
func rootQuestion() question {
	return question{name: ".", kind: dnsmessage.TypeNS, message: []byte{0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1}}
}

// wake asks those of the uplink's own resolvers for the root that were not asked yet. A server that the check names is
// what is measured: its failure is its own.
func (x *exchange) wake() {
	for i := range x.all {
		if s := &x.all[i]; x.servers == nil && !s.woken {
			s.woken = x.send(query{id: newID(), to: s, root: true})
		}
	}
}

// about returns what a query asked.
func (x *exchange) about(n query) question {
	if n.root {
		return rootQuestion()
	}
	return x.q
}
