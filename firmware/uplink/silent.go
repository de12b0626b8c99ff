package uplink

import (
	"net/netip"
	"slices"
	"sync"
)

// silence remembers resolvers that let their last turn pass in silence, so that not every run waits for them.
type silence struct {
	mu sync.Mutex
	of map[netip.AddrPort]bool // guarded by mu
}

// Answered notes whether one of the uplink's resolvers answered when it was asked, well or badly. One that did not is
// asked after those that do, until it answers again.
func (u *Uplink) Answered(resolver netip.AddrPort, did bool) {
	s := &u.silent
	s.mu.Lock()
	defer s.mu.Unlock()
	if did {
		delete(s.of, resolver)
		return
	}
	if s.of == nil {
		s.of = map[netip.AddrPort]bool{}
	}
	s.of[resolver] = true
}

// ResolversInTurn returns the uplink's resolvers in the order in which to ask them: as they were given, the silent ones
// last.
func (u *Uplink) ResolversInTurn() []netip.AddrPort { return u.silent.last(u.Resolvers()) }

// last puts the silent ones behind the others, which it owns, and forgets those that the uplink has no more.
func (s *silence) last(resolvers []netip.AddrPort) []netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.of {
		if !slices.Contains(resolvers, r) {
			delete(s.of, r)
		}
	}
	if len(s.of) == 0 {
		return resolvers
	}
	slices.SortStableFunc(resolvers, func(a, b netip.AddrPort) int {
		switch {
		case s.of[a] == s.of[b]:
			return 0
		case s.of[a]:
			return 1
		}
		return -1
	})
	return resolvers
}
