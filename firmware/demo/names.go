package demo

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/miekg/dns"
)

// Zone is the provider's domain, in a top level domain that is reserved for examples (RFC 2606).
const Zone = "shop.example"

// names is the provider's authoritative name server. It steers: who asks from a region's addresses is given that
// region's edge.
type names struct {
	Address string // "ip:port", UDP and TCP

	udp net.PacketConn
	tcp net.Listener

	origin netip.Addr
	edges  map[string]netip.Addr          // by region
	region func(client netip.Addr) string // of a client
}

// listenNames binds one port for UDP and TCP.
func listenNames(address string) (*names, error) {
	var last error
	for range 20 {
		tcp, err := net.Listen("tcp4", net.JoinHostPort(address, "0"))
		if err != nil {
			return nil, fmt.Errorf("bind the name server: %w", err)
		}
		udp, err := net.ListenPacket("udp4", tcp.Addr().String())
		if err == nil {
			return &names{Address: tcp.Addr().String(), udp: udp, tcp: tcp}, nil
		}
		last = err
		_ = tcp.Close()
	}
	return nil, fmt.Errorf("bind the name server: %w", last)
}

func (n *names) close() {
	_ = n.udp.Close()
	_ = n.tcp.Close()
}

func (n *names) tasks() []Task {
	return []Task{
		n.task("names over udp", &dns.Server{PacketConn: n.udp, Handler: n}),
		n.task("names over tcp", &dns.Server{Listener: n.tcp, Handler: n}),
	}
}

func (n *names) task(name string, srv *dns.Server) Task {
	return Task{name, func(ctx context.Context) error {
		started := make(chan struct{})
		stopped := make(chan struct{})
		srv.NotifyStartedFunc = func() { close(started) }
		stop := context.AfterFunc(ctx, func() {
			defer close(stopped)
			<-started // Shutdown before the start would be forgotten
			_ = srv.Shutdown()
		})
		err := srv.ActivateAndServe()
		if !stop() {
			<-stopped
			return nil
		}
		return fmt.Errorf("serve %s at %s: %w", name, n.Address, err)
	}}
}

// ServeDNS answers one question.
func (n *names) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.Authoritative = true
	switch {
	case len(q.Question) != 1 || q.Opcode != dns.OpcodeQuery:
		m.SetRcode(q, dns.RcodeNotImplemented)
	case !dns.IsSubDomain(dns.Fqdn(Zone), dns.CanonicalName(q.Question[0].Name)):
		m.SetRcode(q, dns.RcodeRefused)
	default:
		n.answer(m, q.Question[0], w.RemoteAddr())
	}
	_ = w.WriteMsg(m)
}

func (n *names) answer(m *dns.Msg, q dns.Question, client net.Addr) {
	head := dns.RR_Header{Name: q.Name, Class: dns.ClassINET, Ttl: 5}
	ip, exists := n.lookup(dns.CanonicalName(q.Name), client)
	if exists && q.Qtype == dns.TypeA {
		head.Rrtype = dns.TypeA
		m.Answer = append(m.Answer, &dns.A{Hdr: head, A: ip.AsSlice()})
		return
	}
	if !exists {
		m.Rcode = dns.RcodeNameError
	}
	m.Ns = append(m.Ns, &dns.SOA{
		Hdr: dns.RR_Header{Name: dns.Fqdn(Zone), Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 5},
		Ns:  dns.Fqdn("ns." + Zone), Mbox: dns.Fqdn("hostmaster." + Zone), Serial: 1,
		Refresh: 3600, Retry: 600, Expire: 86400, Minttl: 5,
	})
}

// lookup returns the address behind a name: the zone itself and cdn are the client's edge, origin is the origin,
// and a region's name is that region's edge, whoever asks.
func (n *names) lookup(name string, client net.Addr) (netip.Addr, bool) {
	switch name {
	case Zone + ".", "cdn." + Zone + ".":
		from, err := netip.ParseAddrPort(client.String())
		ip, ok := n.edges[n.region(from.Addr().Unmap())]
		return ip, err == nil && ok
	case "origin." + Zone + ".":
		return n.origin, true
	}
	for region, ip := range n.edges {
		if name == region+"."+Zone+"." {
			return ip, true
		}
	}
	return netip.Addr{}, false
}
