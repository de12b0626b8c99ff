package probe

import (
	"crypto/rand"
	"net/netip"
	"strings"

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
	woken  bool  // it was asked for the stray name
	proven bool  // and answered
	proof  reply // so
}

// well reports whether the resolver works: it does better on the stray name than to fail, and than it did on the name
// that is looked up.
func (s *resolver) well() bool {
	alike := s.bad != nil && s.proof.rcode == s.said.rcode && s.proof.rcode != dnsmessage.RCodeSuccess
	return s.proven && !s.proof.malformed && s.proof.rcode != dnsmessage.RCodeServerFailure && !alike
}

// strayQuestion asks for a name right below the root that nobody has and nobody has asked for. Only a resolver with a
// working way out can tell that there is none; the servers of the root, and names that others ask for, it knows from its
// memory while its way out is dead. The first letters are random, so that what is known of one such name is not known of
// the next (RFC 8198). The type keeps forwarders from answering for names without a dot themselves.
func strayQuestion() (question, error) {
	return newQuestion(strings.ToLower(rand.Text()[:13]), dnsmessage.TypeNS)
}

// wake asks those of the uplink's own resolvers for the stray name that were not asked yet. A server that the check
// names is what is measured: its failure is its own.
func (x *exchange) wake() {
	if x.servers != nil {
		return
	}
	if x.stray.name == "" {
		x.stray, _ = strayQuestion() // a good name
	}
	for i := range x.all {
		if s := &x.all[i]; !s.woken {
			s.woken = x.send(query{id: newID(), to: s, stray: true})
		}
	}
}

// about returns what a query asked.
func (x *exchange) about(n query) question {
	if n.stray {
		return x.stray
	}
	return x.q
}
