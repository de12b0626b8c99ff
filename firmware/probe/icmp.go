package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

// PingEvery is the time between two echo requests of an icmp check.
const PingEvery = 200 * time.Millisecond

const (
	pings     = 5 // in a run when the check does not say
	mostPings = 100
)

// icmpProbe sends echo requests and tells of loss and round trips.
type icmpProbe struct {
	endpoint
	count int
}

func newICMP(check firmware.Check, _ Via, _ Clock, _ Settings) (kind, error) {
	c := check.ICMP
	switch {
	case c == nil:
		return nil, errors.New("a check of kind icmp says whom to ping")
	case check.Role != firmware.RoleEvidence:
		return nil, fmt.Errorf("an icmp check is evidence only, not %q", check.Role)
	case c.Count < 0 || c.Count > mostPings:
		return nil, fmt.Errorf("%d packets are not 1 to %d", c.Count, mostPings)
	}
	e, err := newHost(c.Host, 0)
	if err != nil {
		return nil, err
	}
	p := &icmpProbe{endpoint: e, count: c.Count}
	if p.count == 0 {
		p.count = pings
	}
	if spread := time.Duration(p.count) * PingEvery; spread > check.Timeout {
		return nil, fmt.Errorf("%d packets take %v, which does not fit into the timeout of %v", p.count, spread, check.Timeout)
	}
	return p, nil
}

func (p *icmpProbe) measure(ctx context.Context, r *run) error {
	addrs, err := p.resolve(ctx, r)
	if err != nil {
		return err
	}
	r.phase, r.remote = phaseConnect, addrs[0]
	sock, err := r.pingSocket(ctx, addrs[0].Addr())
	if err != nil {
		return err
	}
	defer r.guard(sock)()
	r.phase = phaseWait
	s := series{sock: sock, v6: addrs[0].Addr().Is6(), sent: make([]time.Time, 0, p.count), trips: make([]time.Duration, p.count)}
	_, _ = rand.Read(s.nonce[:]) // never fails (crypto/rand)
	err = s.take(r)
	if s.answered > 0 {
		r.result.Address = addrs[0].Addr()
	}
	r.result.Phases.Wait, r.result.Trips = s.average(), s.figures()
	r.seen = s.String()
	return err
}

// series is a row of echo requests under way.
type series struct {
	sock     net.Conn
	v6       bool
	nonce    [8]byte         // in every request of this run, so that only answers to it count
	sent     []time.Time     // by sequence number
	trips    []time.Duration // by sequence number; 0: not answered
	answered int
	why      error // the first time that the network said unreachable, or sending failed
}

// take sends all requests, and listens in between and, while any answer is missing, until the deadline.
func (s *series) take(r *run) error {
	next := time.Now()
	for seq := range s.trips {
		s.sent = append(s.sent, time.Now())
		if _, err := s.sock.Write(echo(s.v6, uint16(seq), s.nonce)); err != nil {
			s.note(err)
		}
		next = next.Add(PingEvery)
		until := next
		if seq == len(s.trips)-1 || until.After(r.deadline) {
			until = r.deadline
		}
		if err := s.listen(until, seq == len(s.trips)-1); err != nil {
			return err
		}
		if r.parent.Err() != nil {
			return r.parent.Err()
		}
	}
	switch {
	case s.answered > 0:
		return nil
	case s.why != nil:
		return s.why
	}
	return &miss{firmware.OutcomeTimeout, "no answer"}
}

// listen reads until the time given, or until nothing is missing where no more is sent.
func (s *series) listen(until time.Time, last bool) error {
	if err := s.sock.SetReadDeadline(until); err != nil {
		return err
	}
	var in [256]byte
	for !last || s.answered < len(s.trips) {
		n, err := s.sock.Read(in[:])
		switch {
		case err != nil && isTimeout(err):
			return nil
		case err != nil && !s.note(err):
			return err
		case err == nil:
			s.count(in[:n])
		}
	}
	return nil
}

// note keeps the first failure that the network reports, and says whether err is one.
func (s *series) note(err error) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok || errors.Is(err, net.ErrClosed) {
		return false
	}
	if s.why == nil {
		s.why = err
	}
	switch errno {
	case unix.EHOSTUNREACH, unix.ENETUNREACH, unix.ECONNREFUSED, unix.EHOSTDOWN, unix.EPROTO, unix.ENOPROTOOPT, unix.EACCES, unix.EMSGSIZE:
		return true
	}
	return false
}

func (s *series) count(message []byte) {
	seq, ours := echoed(message, s.v6, s.nonce)
	if !ours || int(seq) >= len(s.sent) || s.trips[seq] != 0 {
		return
	}
	s.trips[seq] = span(s.sent[seq], time.Now())
	s.answered++
}

func (s *series) average() time.Duration {
	var sum time.Duration
	for _, trip := range s.trips {
		sum += trip
	}
	return (sum / time.Duration(max(s.answered, 1))).Truncate(time.Microsecond)
}

// figures tells of loss and round trips; the mean is the run's wait.
func (s *series) figures() firmware.Trips {
	t := firmware.Trips{Sent: uint8(len(s.sent)), Answered: uint8(s.answered)}
	if s.answered == 0 {
		return t
	}
	mean, squares := float64(s.average()), 0.0
	t.Min = time.Duration(math.MaxInt64)
	for _, trip := range s.trips {
		if trip > 0 {
			t.Min, t.Max = min(t.Min, trip), max(t.Max, trip)
			squares += (float64(trip) - mean) * (float64(trip) - mean)
		}
	}
	t.Dev = time.Duration(math.Sqrt(squares / float64(s.answered))).Truncate(time.Microsecond)
	return t
}

// String tells of loss, if there is any: a good run's figures are no words, which would cost the card more.
func (s *series) String() string {
	all := len(s.trips)
	if s.answered == all {
		return ""
	}
	return fmt.Sprintf("%d of %d answered, %d%% lost", s.answered, all, (all-s.answered)*100/all)
}
