package world

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"

	"edgeprobe.io/scripts/lab/wires"
)

// liarPort is where questions are led that shall not be answered truly.
const liarPort = 5399

// Lie is what is answered instead of the truth to questions for the provider's names.
type Lie struct {
	RCode   string     // like "SERVFAIL"; "": the truth
	Address netip.Addr // that the names have, an IPv4 address; invalid: none
	Silent  bool       // nothing is answered
	Rewrite netip.Addr // whatever name does not exist has this address; invalid: not
}

// liar stands before a name server: what it does not lie about it hands on.
type liar struct {
	truth string // "ip:port" of the name server
	dial  func(ctx context.Context, network, address string) (net.Conn, error)

	mu   sync.Mutex
	lies []*Lie // the newest is told
}

// Lies makes a name server lie: an ISP's resolver, or for "authoritative" the provider's own.
func (w *World) Lies(ctx context.Context, server string, lie Lie) (wires.Undo, error) {
	node, ports := server, []string{}
	if server == "authoritative" {
		node, ports = names, []string{"up0"}
	} else {
		for _, l := range behind(w.Topology, w.atlas, server) {
			ports = append(ports, l.inside)
		}
	}
	l, err := w.liar(ctx, node)
	if err != nil {
		return nil, err
	}
	undos := []wires.Undo{l.tell(lie)}
	for _, iface := range ports {
		u, err := w.net.Redirect(ctx, node, iface, 53, liarPort)
		if err != nil {
			return nil, errors.Join(err, undoAll(ctx, undos))
		}
		undos = append(undos, u)
	}
	return func(ctx context.Context) error { return undoAll(ctx, undos) }, nil
}

func undoAll(ctx context.Context, undos []wires.Undo) error {
	var errs []error
	for _, u := range slices.Backward(undos) {
		errs = append(errs, u(ctx))
	}
	return errors.Join(errs...)
}

// liar returns a node's liar, which begins to listen when it is first needed.
func (w *World) liar(ctx context.Context, node string) (*liar, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.liars[node]; l != nil {
		return l, nil
	}
	l := &liar{truth: "127.0.0.1:53", dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		return w.net.Dial(ctx, node, network, address)
	}}
	address := fmt.Sprintf(":%d", liarPort)
	udp, err := w.net.ListenPacket(ctx, node, "udp", address)
	if err != nil {
		return nil, err
	}
	tcp, err := w.net.Listen(ctx, node, "tcp", address)
	if err != nil {
		return nil, errors.Join(err, udp.Close())
	}
	for _, srv := range []*dns.Server{{PacketConn: udp, Handler: l}, {Listener: tcp, Handler: l}} {
		started := make(chan struct{})
		srv.NotifyStartedFunc = func() { close(started) }
		w.group.Go(func() error {
			defer context.AfterFunc(w.ctx, func() { <-started; _ = srv.Shutdown() })()
			if err := srv.ActivateAndServe(); err != nil {
				w.fail(fmt.Errorf("a lying name server: %w", err))
			}
			return nil
		})
	}
	w.liars[node] = l
	return l, nil
}

func (l *liar) tell(lie Lie) wires.Undo {
	mine := &lie
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lies = append(l.lies, mine)
	return func(context.Context) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.lies = slices.DeleteFunc(slices.Clone(l.lies), func(o *Lie) bool { return o == mine })
		return nil
	}
}

func (l *liar) newest() Lie {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lies) == 0 {
		return Lie{}
	}
	return *l.lies[len(l.lies)-1]
}

// ServeDNS answers one question, or not.
func (l *liar) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	lie := l.newest()
	ours := len(q.Question) == 1 && dns.IsSubDomain(dns.Fqdn(Zone), dns.CanonicalName(q.Question[0].Name))
	switch {
	case ours && lie.Silent:
		return
	case ours && lie.RCode != "":
		_ = w.WriteMsg(lie.answer(q))
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	m, err := l.ask(ctx, w.LocalAddr().Network(), q)
	if err != nil {
		return // the customer will ask again
	}
	if lie.Rewrite.IsValid() && m.Rcode == dns.RcodeNameError {
		m = Lie{RCode: "NOERROR", Address: lie.Rewrite}.answer(q)
	}
	_ = w.WriteMsg(m)
}

// answer is the lie about one question.
func (lie Lie) answer(q *dns.Msg) *dns.Msg {
	m := new(dns.Msg)
	m.SetRcode(q, dns.StringToRcode[lie.RCode])
	m.RecursionAvailable, m.Authoritative = true, true
	if lie.Address.IsValid() && q.Question[0].Qtype == dns.TypeA {
		head := dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: uint32(ttl / time.Second)}
		m.Answer = append(m.Answer, &dns.A{Hdr: head, A: lie.Address.AsSlice()})
	}
	return m
}

// ask gets the truth.
func (l *liar) ask(ctx context.Context, network string, q *dns.Msg) (*dns.Msg, error) {
	c, err := l.dial(ctx, network, l.truth)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	m, _, err := (&dns.Client{Net: network}).ExchangeWithConnContext(ctx, q, &dns.Conn{Conn: c})
	return m, err
}
