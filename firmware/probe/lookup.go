package probe

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"time"
)

const (
	maxQueries = 6    // of the name, sent by UDP in one lookup to all resolvers together
	maxReply   = 4096 // read of one packet; more than was offered is cut off and so malformed
)

// lookup asks resolvers over the uplink. The buffers are kept between runs.
type lookup struct {
	servers []netip.AddrPort // nil: the uplink's resolvers
	out, in []byte
}

// exchange is one question under way.
type exchange struct {
	*lookup
	run    *run
	sock   net.PacketConn
	q      question
	stray  question   // without a name: not asked yet
	all    []resolver // in the order in which they are asked
	sent   []query
	unsent error // the first failure to send
}

type query struct {
	id    uint16
	to    *resolver
	stray bool // asks for the stray name, to see whether the resolver works
}

// ask sends the question to the resolvers in turn, the next one whenever a third of the time left has passed in
// silence, and takes the first answer that any of them gives on the name. A resolver's own failure moves on to
// the next at once and is returned when no better answer comes. Failure and silence of all are the name's only where
// a resolver of the uplink does better on a name that nobody has; else they are the uplink's, a dead resolver.
func (l *lookup) ask(ctx context.Context, r *run, q question) (reply, error) {
	r.phase = phaseResolve
	servers := l.servers
	if servers == nil {
		servers = r.via.Resolvers()
		r.asked = servers
	}
	if len(servers) == 0 {
		return reply{}, localError{fmt.Errorf("uplink %s has no resolver configured", r.via.Uplink)}
	}
	x, err := l.open(ctx, r, servers)
	if err != nil {
		return reply{}, err
	}
	defer r.guard(x.sock)()
	defer x.tell()
	x.q = q
	return x.rounds(ctx)
}

// open prepares to ask servers over the uplink.
func (l *lookup) open(ctx context.Context, r *run, servers []netip.AddrPort) (*exchange, error) {
	sock, err := r.via.ListenPacket(ctx, "udp", "")
	if err != nil {
		return nil, fmt.Errorf("open a socket for DNS: %w", err)
	}
	if l.in == nil {
		l.in = make([]byte, maxReply)
	}
	x := &exchange{lookup: l, run: r, sock: sock, all: make([]resolver, min(len(servers), maxQueries))}
	for i := range x.all {
		x.all[i].at = servers[i]
	}
	return x, nil
}

// rounds is ask, with a socket.
func (x *exchange) rounds(ctx context.Context) (reply, error) {
	for i := range min(max(3, 2*len(x.all)), maxQueries) {
		if i == len(x.all) {
			x.wake()
		}
		s := &x.all[i%len(x.all)]
		if s.lost || !x.send(query{id: newID(), to: s}) {
			continue
		}
		until := time.Now().Add(time.Until(x.run.deadline) / 3)
		for !s.lost && time.Now().Before(until) {
			if rep, err, done := x.await(ctx, until); done {
				return rep, err
			}
		}
		s.passed = true
	}
	if len(x.sent) == 0 {
		return reply{}, localError{x.unsent}
	}
	return x.settle(ctx)
}

// send sends a query; a resolver to which that fails is lost.
func (x *exchange) send(n query) bool {
	x.out = x.about(n).with(x.out[:0], n.id)
	if _, err := x.sock.WriteTo(x.out, net.UDPAddrFromAddrPort(n.to.at)); err != nil {
		n.to.lost = true
		if x.unsent == nil {
			x.unsent = fmt.Errorf("send to resolver %v: %w", n.to.at, err)
		}
		return false
	}
	x.sent = append(x.sent, n)
	return true
}

func newID() uint16 {
	var id [2]byte
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	return binary.BigEndian.Uint16(id[:])
}

// await reads the next reply to any query sent so far, until the time given. Done says that the lookup is decided.
func (x *exchange) await(ctx context.Context, until time.Time) (rep reply, err error, done bool) {
	if err := x.sock.SetReadDeadline(until); err != nil {
		return reply{}, err, true
	}
	n, from, err := x.sock.ReadFrom(x.in)
	switch {
	case err != nil && isTimeout(err) && x.run.parent.Err() == nil:
		return reply{}, nil, false
	case err != nil:
		return reply{}, err, true
	}
	rep, to := x.match(x.in[:n], from)
	switch s := to.to; {
	case s == nil:
		return reply{}, nil, false
	case to.stray:
		s.heard, s.proven, s.proof = true, true, rep
		return reply{}, nil, false
	case s.lost:
		return reply{}, nil, false
	}
	return x.answered(ctx, to, rep)
}

// answered judges an answer on the name.
func (x *exchange) answered(ctx context.Context, n query, rep reply) (_ reply, err error, done bool) {
	n.to.heard = true
	if rep.truncated {
		rep, err = x.byTCP(ctx, n)
	}
	if err == nil {
		err = rep.verdict(x.q)
	}
	if err == nil || rep.final() {
		x.run.result.Address = n.to.at.Addr()
		return rep, err, true
	}
	n.to.lost, n.to.said, n.to.bad = true, rep, err
	return reply{}, nil, false
}

// match returns the reply and the query that it is to; one to nobody is not ours.
func (x *exchange) match(message []byte, from net.Addr) (reply, query) {
	udp, ok := from.(*net.UDPAddr)
	if !ok {
		return reply{}, query{}
	}
	for _, n := range x.sent {
		if plain(n.to.at) != plain(udp.AddrPort()) {
			continue
		}
		if rep, ours := parseReply(message, n.id, x.about(n)); ours {
			return rep, n
		}
	}
	return reply{}, query{}
}

// plain is an address without its zone, and an IPv4 one as that: resolvers on the link, which routers announce, are
// written with a zone and without, and the socket is the uplink's anyway.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
