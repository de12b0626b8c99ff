package probe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

// kept is a connection held between runs, for checks that allow it. A run over it is the cheapest, and proves the
// least: neither the name, nor the way, nor the certificate. So it is used only as long as a session would be resumed
// (see [session]), and whatever goes wrong on it is looked at over a fresh connection at once, in the same run.
type kept struct {
	wanted bool
	ready  bool           // this run's connection may be held
	lasts  time.Duration  // how old the proof may get
	proven firmware.Stamp // start of the last full and good run
	bare   net.Conn       // nil: none is held
	conn   net.Conn       // bare, or TLS over it
	at     netip.AddrPort
	ends   int64 // of the certificate
}

// hold keeps the run's connection, if it may be; else it is the caller's to close.
func (k *kept) hold(r *run, bare, conn net.Conn) bool {
	if !k.ready {
		return false
	}
	k.ready = false
	k.bare, k.conn, k.at, k.ends = bare, conn, r.remote, r.result.Expires
	return true
}

// good notes a run in which all was as expected.
func (k *kept) good(start firmware.Stamp, conn firmware.Conn) {
	if conn == firmware.ConnFull || conn == firmware.ConnPlain {
		k.proven = start
	}
}

// fit reports whether a held connection can carry this run.
func (k *kept) fit(start firmware.Stamp) bool {
	return k.bare != nil && !k.proven.Zero() && start.Since(k.proven) < k.lasts && quiet(k.bare) && drained(k.conn, k.bare)
}

// drop gives the connection up.
func (k *kept) drop() {
	if k.bare != nil {
		k.conn.Close()
		k.bare.Close()
	}
	k.bare, k.conn, k.ready = nil, nil, false
}

// reuse makes the run over the held connection. It reports whether that gave an answer; when not, nothing of the
// attempt is left in the result but the time it took. The attempt has half of the run's time.
func (h *httpProbe) reuse(r *run) (answered bool, err error) {
	k := &h.kept
	if !k.fit(r.result.Start) {
		k.drop()
		return false, nil
	}
	before := r.result
	began := time.Now()
	half := began.Add(time.Until(r.deadline) / 2)
	if renew(k.bare, half) == nil {
		r.remote, r.result.Address, r.result.Conn, r.result.Expires = k.at, k.at.Addr(), firmware.ConnKept, k.ends
		bare := k.bare
		stop := context.AfterFunc(r.parent, func() { bare.Close() })
		_, err = h.exchange(r, k.conn, &h.first)
		if !stop() || !h.whole {
			k.drop()
		}
		if m, missed := errors.AsType[*miss](err); err == nil || missed && m.outcome != firmware.OutcomeHTTPProtocol {
			return true, err
		}
	}
	r.result, r.lost = before, time.Since(began)
	k.drop()
	h.session.bad() // what comes now is full
	return false, nil
}

// renew moves a held connection's deadline.
func renew(c net.Conn, until time.Time) error {
	if b, ok := c.(*boundConn); ok {
		return b.renew(until)
	}
	return c.SetDeadline(until)
}

// under is the connection itself.
func under(c net.Conn) net.Conn {
	if b, ok := c.(*boundConn); ok {
		return b.Conn
	}
	return c
}

// quiet reports whether nothing waits to be read on an idle connection: an end, or an answer to no request.
func quiet(c net.Conn) bool {
	s, ok := under(c).(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	var one [1]byte
	var peeked error
	err = raw.Control(func(fd uintptr) {
		_, _, peeked = unix.Recvfrom(int(fd), one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	})
	return err == nil && (errors.Is(peeked, unix.EAGAIN) || errors.Is(peeked, unix.EWOULDBLOCK))
}

// drained reports whether nothing of an idle connection was read ahead: crypto/tls takes from the socket what comes with
// an answer, and would give it out as the next one. A read that may not wait finds it, and its end by the deadline
// leaves the connection whole.
func drained(conn, bare net.Conn) bool {
	if renew(bare, longAgo()) != nil {
		return false
	}
	var one [1]byte
	_, err := conn.Read(one[:])
	return errors.Is(err, os.ErrDeadlineExceeded)
}

func longAgo() time.Time { return time.Unix(1, 0) }
