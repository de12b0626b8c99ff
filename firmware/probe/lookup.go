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
	run     *run
	sock    net.PacketConn
	q       question
	sent    []query
	lost    map[netip.AddrPort]bool // resolvers that cannot be asked, or answered badly
	unsent  error                   // the first failure to send
	badSaid reply                   // the first bad answer ...
	bad     error                   // ... and its verdict
	alive   netip.AddrPort          // a resolver that is silent on the name, but not on the root
}

type query struct {
	id     uint16
	server netip.AddrPort
	root   bool // asked for the root's servers, to see whether the resolver works
}

// ask sends the question to the resolvers in turn, the next one whenever a third of the time left has passed in
// silence, and takes the first answer that any of them gives on the name. A resolver's own failure moves on to
// the next at once and is returned when no better answer comes. Silence of all is the name's only where a resolver of
// the uplink is not silent on the root; else it is the uplink's, a local fault.
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
	sock, err := r.via.ListenPacket(ctx, "udp", "")
	if err != nil {
		return reply{}, fmt.Errorf("open a socket for DNS: %w", err)
	}
	defer r.guard(sock)()
	if l.in == nil {
		l.in = make([]byte, maxReply)
	}
	x := exchange{lookup: l, run: r, sock: sock, q: q, lost: map[netip.AddrPort]bool{}}
	return x.rounds(ctx, servers[:min(len(servers), maxQueries)])
}

// rounds is ask, with a socket.
func (x *exchange) rounds(ctx context.Context, servers []netip.AddrPort) (reply, error) {
	for i := range min(max(3, 2*len(servers)), maxQueries) {
		if i == len(servers) {
			x.wake(servers)
		}
		server := servers[i%len(servers)]
		if x.lost[server] || !x.send(server) {
			continue
		}
		if rep, err, done := x.await(ctx, time.Now().Add(time.Until(x.run.deadline)/3)); done {
			return rep, err
		}
	}
	if x.bad != nil {
		return x.badSaid, x.bad
	}
	if len(x.sent) == 0 {
		return reply{}, localError{x.unsent}
	}
	rep, err, done := x.await(ctx, x.run.deadline)
	switch {
	case done:
		return rep, err
	case x.bad != nil:
		return x.badSaid, x.bad
	}
	return reply{}, x.silence()
}

func (x *exchange) send(server netip.AddrPort) bool {
	n := query{id: newID(), server: server}
	x.out = x.q.with(x.out[:0], n.id)
	if _, err := x.sock.WriteTo(x.out, net.UDPAddrFromAddrPort(server)); err != nil {
		x.lost[server] = true
		if x.unsent == nil {
			x.unsent = fmt.Errorf("send to resolver %v: %w", server, err)
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

// await reads until a reply to any query sent so far, or until the time given. Done says that the lookup is
// decided; else the next resolver is to be asked.
func (x *exchange) await(ctx context.Context, until time.Time) (rep reply, err error, done bool) {
	if err := x.sock.SetReadDeadline(until); err != nil {
		return reply{}, err, true
	}
	for {
		n, from, err := x.sock.ReadFrom(x.in)
		switch {
		case err != nil && isTimeout(err) && x.run.parent.Err() == nil:
			return reply{}, nil, false
		case err != nil:
			return reply{}, err, true
		}
		rep, asked, ours := x.match(x.in[:n], from)
		server := asked.server
		switch {
		case !ours || x.lost[server]:
			continue
		case asked.root:
			x.woke(server, rep)
			continue
		}
		if rep.truncated {
			rep, err = x.byTCP(ctx, server)
		}
		if err == nil {
			err = rep.verdict(x.q)
		}
		if err == nil || rep.final() {
			x.run.result.Address = server.Addr()
			return rep, err, true
		}
		x.giveUp(server, rep, err)
		return reply{}, nil, false
	}
}

func (x *exchange) giveUp(server netip.AddrPort, rep reply, err error) {
	x.lost[server] = true
	if x.bad == nil {
		x.badSaid, x.bad = rep, err
		x.run.result.Address = server.Addr()
	}
}

func (x *exchange) match(message []byte, from net.Addr) (reply, query, bool) {
	udp, ok := from.(*net.UDPAddr)
	if !ok {
		return reply{}, query{}, false
	}
	a := udp.AddrPort()
	a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	for _, s := range x.sent {
		if s.server != a {
			continue
		}
		if rep, ours := parseReply(message, s.id, x.about(s)); ours {
			return rep, s, true
		}
	}
	return reply{}, query{}, false
}
