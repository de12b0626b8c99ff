package probe_test

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// resolver serves DNS on one loopback address, by UDP and TCP.
func resolver(t testing.TB, handle dns.HandlerFunc) string {
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

func rr(t testing.TB, texts ...string) (rrs []dns.RR) {
	for _, text := range texts {
		r, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		rrs = append(rrs, r)
	}
	return rrs
}

func answers(t testing.TB, texts ...string) dns.HandlerFunc {
	rrs := rr(t, texts...)
	return func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Answer = rrs
		w.WriteMsg(m)
	}
}

func rcode(code int) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(new(dns.Msg).SetRcode(q, code)) }
}

func silent(dns.ResponseWriter, *dns.Msg) {}

func dnsCheck(name, kind, server string, timeout time.Duration, want ...string) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Name: "names"}, Kind: "dns", Role: firmware.RoleControl, Interval: time.Second,
		Timeout: timeout, DNS: &firmware.DNSCheck{Name: name, Type: kind, Server: server, Answers: want},
	}
}

func TestDNS(t *testing.T) {
	const a = "shop.example. 60 IN A 192.0.2.7"
	for _, tc := range []struct {
		name    string
		handle  dns.HandlerFunc
		kind    string
		expects []string
		timeout time.Duration
		want    firmware.Outcome
		status  uint16
	}{
		{"A", answers(t, a), "A", []string{"192.0.2.9", "192.0.2.7"}, long, firmware.OutcomeOK, 0},
		{"AAAA", answers(t, "shop.example. 60 IN AAAA 2001:db8::7"), "AAAA", []string{"2001:DB8:0::7"}, long, firmware.OutcomeOK, 0},
		{"TXT", answers(t, `shop.example. 60 IN TXT "a b" "c"`), "TXT", []string{"a bc"}, long, firmware.OutcomeOK, 0},
		{"MX", answers(t, "shop.example. 60 IN MX 10 Mail.Example."), "MX", []string{"10 mail.example"}, long, firmware.OutcomeOK, 0},
		{"NS", answers(t, "shop.example. 60 IN NS ns.example."), "NS", []string{"NS.example."}, long, firmware.OutcomeOK, 0},
		{"CNAME", answers(t, "shop.example. 60 IN CNAME edge.example."), "CNAME", []string{"edge.example"}, long, firmware.OutcomeOK, 0},
		{"any answer", answers(t, a), "A", nil, long, firmware.OutcomeOK, 0},
		{"aliases, in any order", answers(t, "c.example. 60 IN A 192.0.2.7", "b.example. 60 IN CNAME C.example.", "SHOP.example. 60 IN CNAME b.example."), "A",
			[]string{"192.0.2.7"}, long, firmware.OutcomeOK, 0},
		{"alias to nowhere", answers(t, "shop.example. 60 IN CNAME b.example."), "A", nil, long, firmware.OutcomeDNSNoData, 0},
		{"aliases in a circle", answers(t, "shop.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME shop.example."), "A", nil, long, firmware.OutcomeDNSNoData, 0},
		{"another name's record", answers(t, "evil.example. 60 IN A 192.0.2.66"), "A", nil, long, firmware.OutcomeDNSNoData, 0},
		{"another answer", answers(t, a), "A", []string{"192.0.2.8"}, long, firmware.OutcomeDNSMismatch, 0},
		{"no data", rcode(dns.RcodeSuccess), "A", nil, long, firmware.OutcomeDNSNoData, 0},
		{"nxdomain", rcode(dns.RcodeNameError), "A", nil, long, firmware.OutcomeDNSNXDomain, 3},
		{"servfail", rcode(dns.RcodeServerFailure), "A", nil, long, firmware.OutcomeDNSServFail, 2},
		{"refused", rcode(dns.RcodeRefused), "A", nil, long, firmware.OutcomeDNSRefused, 5},
		{"not implemented", rcode(dns.RcodeNotImplemented), "A", nil, long, firmware.OutcomeDNSOther, 4},
		{"silent", silent, "A", nil, short, firmware.OutcomeDNSTimeout, 0},
		{"truncated, then TCP", truncates(answers(t, a)), "A", []string{"192.0.2.7"}, long, firmware.OutcomeOK, 0},
		{"truncated, TCP silent", truncates(silent), "A", nil, short, firmware.OutcomeDNSTimeout, 0},
		{"truncated, TCP nonsense", truncates(func(w dns.ResponseWriter, q *dns.Msg) { q.Id++; rcode(0)(w, q) }), "A", nil, long, firmware.OutcomeDNSOther, 0},
		{"malformed", func(w dns.ResponseWriter, q *dns.Msg) {
			m, _ := new(dns.Msg).SetReply(q).Pack()
			m[7] = 9 // nine answers, none there
			w.Write(m)
		}, "A", nil, long, firmware.OutcomeDNSOther, 0},
		{"wrong id first", twice(func(m *dns.Msg) { m.Id++ }, a), "A", []string{"192.0.2.7"}, long, firmware.OutcomeOK, 0},
		{"wrong question first", twice(func(m *dns.Msg) { m.Question[0].Name = "evil.example." }, a), "A", []string{"192.0.2.7"}, long, firmware.OutcomeOK, 0},
		{"a query, not an answer", func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(q) }, "A", nil, short, firmware.OutcomeDNSTimeout, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			check := dnsCheck("shop.example", tc.kind, resolver(t, tc.handle), tc.timeout, tc.expects...)
			r := do(t, prober(t, check, loopback(), probe.Defaults()), tc.timeout)
			if r.Outcome != tc.want || r.Status != tc.status {
				t.Errorf("outcome %v, rcode %d (%s); want %v, %d", r.Outcome, r.Status, r.Detail, tc.want, tc.status)
			}
			if tc.want != firmware.OutcomeDNSTimeout && r.Address != netip.MustParseAddr("127.0.0.1") {
				t.Errorf("answered by %v", r.Address)
			}
		})
	}
}

// truncates answers by UDP that the answer is too long, and otherwise as next does.
func truncates(next dns.HandlerFunc) dns.HandlerFunc {
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

// twice sends a wrong answer with a forged address before the right one.
func twice(spoil func(*dns.Msg), right string) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		forged, _ := dns.NewRR("shop.example. 60 IN A 192.0.2.66")
		good, _ := dns.NewRR(right)
		m := new(dns.Msg).SetReply(q)
		m.Answer = []dns.RR{forged}
		spoil(m)
		w.WriteMsg(m)
		m = new(dns.Msg).SetReply(q)
		m.Answer = []dns.RR{good}
		w.WriteMsg(m)
	}
}

func TestResolversInTurn(t *testing.T) {
	good := resolver(t, answers(t, "shop.example. 60 IN A 192.0.2.7"))
	var asked atomic.Int64
	deafAtFirst := resolver(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if asked.Add(1) > 1 {
			answers(t, "shop.example. 60 IN A 192.0.2.7")(w, q)
		}
	})
	bad, mute := resolver(t, rcode(dns.RcodeServerFailure)), resolver(t, silent)
	gone := resolver(t, rcode(dns.RcodeNameError))
	for _, tc := range []struct {
		name    string
		servers []string
		timeout time.Duration
		want    firmware.Outcome
	}{
		{"a failing one is passed over", []string{bad, good}, long, firmware.OutcomeOK},
		{"a silent one is passed over", []string{mute, good}, 900 * time.Millisecond, firmware.OutcomeOK},
		{"a lost packet is sent again", []string{deafAtFirst}, 900 * time.Millisecond, firmware.OutcomeOK},
		{"nxdomain is final", []string{gone, good}, long, firmware.OutcomeDNSNXDomain},
		{"all fail", []string{bad, bad}, long, firmware.OutcomeDNSServFail},
		{"one fails, one is silent", []string{bad, mute}, 900 * time.Millisecond, firmware.OutcomeDNSServFail},
		{"all silent", []string{mute, mute}, short, firmware.OutcomeDNSTimeout},
		{"none configured", nil, long, firmware.OutcomeLocalFault},
		{"one unreachable from here", []string{"[2001:db8::1]:53", good}, long, firmware.OutcomeOK},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := do(t, prober(t, dnsCheck("shop.example.", "A", "", tc.timeout), loopback4(tc.servers...), probe.Defaults()), tc.timeout)
			if r.Outcome != tc.want {
				t.Errorf("outcome %v (%s), want %v", r.Outcome, r.Detail, tc.want)
			}
		})
	}
}

// loopback4 has no IPv6, whatever this machine has.
func loopback4(resolvers ...string) probe.Via {
	via := loopback(resolvers...)
	via.ListenPacket = func(ctx context.Context, _, _ string) (net.PacketConn, error) {
		return (&net.ListenConfig{}).ListenPacket(ctx, "udp4", "127.0.0.1:0")
	}
	return via
}

// TestResolveForHTTP goes from a name to a page.
func TestResolveForHTTP(t *testing.T) {
	web := netip.MustParseAddrPort(serve(t, says(page)))
	port := web.Port()
	v6, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	port6 := netip.MustParseAddrPort(serveOn(t, v6, says(page))).Port()
	for _, tc := range []struct {
		name    string
		records []string
		port    uint16
		want    firmware.Outcome
		address string
	}{
		{"IPv4", []string{"shop.example. 60 IN A 127.0.0.1"}, port, firmware.OutcomeOK, "127.0.0.1"},
		{"IPv4 before IPv6", []string{"shop.example. 60 IN AAAA ::1", "shop.example. 60 IN A 127.0.0.1"}, port, firmware.OutcomeOK, "127.0.0.1"},
		{"IPv6 when there is no other", []string{"shop.example. 60 IN AAAA ::1"}, port6, firmware.OutcomeOK, "::1"},
		{"the address that answers", []string{"shop.example. 60 IN A 127.0.0.99", "shop.example. 60 IN A 127.0.0.1"}, port, firmware.OutcomeOK, "127.0.0.1"},
		{"none answers", []string{"shop.example. 60 IN A 127.0.0.99"}, port, firmware.OutcomeRefused, ""},
		{"no address", nil, port, firmware.OutcomeDNSNoData, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rrs := rr(t, tc.records...)
			server := resolver(t, func(w dns.ResponseWriter, q *dns.Msg) {
				m := new(dns.Msg).SetReply(q)
				for _, r := range rrs {
					if r.Header().Rrtype == q.Question[0].Qtype {
						m.Answer = append(m.Answer, r)
					}
				}
				w.WriteMsg(m)
			})
			check := httpCheck("http://shop.example:"+strconv.Itoa(int(tc.port))+"/", "", long)
			r := do(t, prober(t, check, loopback(server), probe.Defaults()), long)
			if r.Outcome != tc.want || r.Phases.Resolve == 0 {
				t.Errorf("outcome %v (%s), resolve %v; want %v", r.Outcome, r.Detail, r.Phases.Resolve, tc.want)
			}
			if (tc.address == "") == r.Address.IsValid() || tc.address != "" && r.Address.String() != tc.address {
				t.Errorf("address %v, want %q", r.Address, tc.address)
			}
		})
	}
}

func TestStoppedLookupIsNoFault(t *testing.T) {
	p := prober(t, dnsCheck("shop.example", "A", resolver(t, silent), long), loopback(), probe.Defaults())
	ctx, cancel := context.WithCancel(t.Context())
	timer := time.AfterFunc(50*time.Millisecond, cancel)
	defer timer.Stop()
	if r := p.Do(ctx); r.Outcome != firmware.OutcomeLocalFault || r.Took > long/5 {
		t.Errorf("%+v, want a local fault at once", r)
	}
}
