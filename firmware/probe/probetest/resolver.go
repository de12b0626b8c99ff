package probetest

import (
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// Resolver serves DNS on one loopback address, by UDP and TCP, until the test ends.
func Resolver(t testing.TB, handle dns.HandlerFunc) string {
	t.Helper()
	u, l := bothPorts(t)
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait) // last: after the shutdowns below
	for _, s := range []*dns.Server{{PacketConn: u, Handler: handle}, {Listener: l, Handler: handle}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		wg.Go(func() { s.ActivateAndServe() })
		<-up
		t.Cleanup(func() { s.Shutdown() })
	}
	return u.LocalAddr().String()
}

// bothPorts finds a port that is free for UDP and TCP.
func bothPorts(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		u, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", u.LocalAddr().String())
		if err == nil {
			return u, l
		}
		u.Close()
	}
	t.Fatal("no port is free for both")
	return nil, nil
}

// Packets answers each packet as handle does, and nothing by TCP, until the test ends.
func Packets(t testing.TB, handle func(c net.PacketConn, from net.Addr, query []byte)) string {
	t.Helper()
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	packetsOn(t, u, handle)
	return u.LocalAddr().String()
}

func packetsOn(t testing.TB, u net.PacketConn, handle func(c net.PacketConn, from net.Addr, query []byte)) {
	var wg sync.WaitGroup
	wg.Go(func() {
		in := make([]byte, 1024)
		for {
			n, from, err := u.ReadFrom(in)
			if err != nil {
				return
			}
			handle(u, from, in[:n])
		}
	})
	t.Cleanup(func() {
		u.Close()
		wg.Wait()
	})
}

// Records reads resource records as a zone file has them.
func Records(t testing.TB, texts ...string) (rrs []dns.RR) {
	t.Helper()
	for _, text := range texts {
		r, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		rrs = append(rrs, r)
	}
	return rrs
}

// Answers answers every question with the records.
func Answers(t testing.TB, texts ...string) dns.HandlerFunc {
	t.Helper()
	return Replies(t, func(*dns.Msg) {}, texts...)
}

// Replies makes a reply out of the records and whatever change makes of it.
func Replies(t testing.TB, change func(*dns.Msg), texts ...string) dns.HandlerFunc {
	t.Helper()
	rrs := Records(t, texts...)
	return func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Answer = rrs
		change(m)
		w.WriteMsg(m)
	}
}

// Zone answers a question with those of the records that are of the type asked for.
func Zone(t testing.TB, texts ...string) dns.HandlerFunc {
	t.Helper()
	rrs := Records(t, texts...)
	return func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		for _, r := range rrs {
			if r.Header().Rrtype == q.Question[0].Qtype {
				m.Answer = append(m.Answer, r)
			}
		}
		w.WriteMsg(m)
	}
}

// RCode answers with a code and nothing else.
func RCode(code int) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(new(dns.Msg).SetRcode(q, code)) }
}

// Silent never answers.
func Silent(dns.ResponseWriter, *dns.Msg) {}

// Truncates answers by UDP that the answer is too long, and by TCP as next does.
func Truncates(next dns.HandlerFunc) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		if w.LocalAddr().Network() == "tcp" {
			next(w, q)
			return
		}
		m := new(dns.Msg).SetReply(q)
		m.Truncated = true
		w.WriteMsg(m)
	}
}

func servers(addresses ...string) (out []netip.AddrPort) {
	for _, a := range addresses {
		out = append(out, netip.MustParseAddrPort(a))
	}
	return out
}
