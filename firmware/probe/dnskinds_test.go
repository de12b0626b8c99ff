package probe_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestRecordTypes asks for types of all sorts, by name and by number.
func TestRecordTypes(t *testing.T) {
	for _, tc := range []struct{ kind, record, want string }{
		{"SOA", "SOA Ns.Example. admin.example. 7 3600 600 86400 60", "ns.example admin.example 7 3600 600 86400 60"},
		{"PTR", "PTR Host.Example.", "host.example"},
		{"SRV", "SRV 1 2 443 Edge.Example.", "1 2 443 edge.example"},
		{"CAA", `CAA 0 issue "CA.example"`, `0 issue "ca.example"`},
		{"DS", `DS 1 8 2 00FF`, `\# 6 0001080200FF`},
		{"TYPE4242", `TYPE4242 \# 3 c0ffee`, `\# 3 C0 FF EE`},
		{"TYPE1", "A 192.0.2.7", "192.0.2.7"},
		{"HTTPS", "HTTPS 1 . alpn=h2", `\# 10 00010000010003026832`},
	} {
		t.Run(tc.kind, func(t *testing.T) {
			t.Parallel()
			server := resolver(t, answers(t, "shop.example. 60 IN "+tc.record))
			r := do(t, prober(t, dnsCheck("shop.example", tc.kind, server, long, tc.want), loopback(), probe.Defaults()), long)
			if !r.Outcome.OK() || !strings.HasSuffix(r.Detail, "; ttl 60 s") {
				t.Errorf("%v (%s)", r.Outcome, r.Detail)
			}
		})
	}
}

// replies makes a reply out of records and whatever change adds.
func replies(t *testing.T, change func(*dns.Msg), records ...string) dns.HandlerFunc {
	rrs := rr(t, records...)
	return func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Answer = rrs
		change(m)
		w.WriteMsg(m)
	}
}

func withEDE(codes ...uint16) func(*dns.Msg) {
	return func(m *dns.Msg) {
		m.SetEdns0(1232, false)
		for _, code := range codes {
			m.IsEdns0().Option = append(m.IsEdns0().Option, &dns.EDNS0_EDE{InfoCode: code, ExtraText: "at \x1b[2J noon"})
		}
	}
}

// TestDNSExpectations is what a dns check may want beside an answer.
func TestDNSExpectations(t *testing.T) {
	const a, alias = "edge.example. 60 IN A 192.0.2.7", "shop.example. 20 IN CNAME edge.example."
	plain := func(*dns.Msg) {}
	authentic := func(m *dns.Msg) { m.AuthenticatedData = true }
	code := func(c int, more func(*dns.Msg)) func(*dns.Msg) {
		return func(m *dns.Msg) {
			m.Rcode = c
			more(m)
		}
	}
	for _, tc := range []struct {
		name   string
		handle dns.HandlerFunc
		change func(*firmware.DNSCheck)
		want   firmware.Outcome
		detail string
	}{
		{"least ttl of the chain", replies(t, plain, alias, a), func(c *firmware.DNSCheck) { c.MinTTL = 20 * time.Second }, firmware.OutcomeOK, "192.0.2.7; ttl 20 s"},
		{"ttl too short", replies(t, plain, alias, a), func(c *firmware.DNSCheck) { c.MinTTL = 21 * time.Second }, firmware.OutcomeDNSMismatch, "kept for 20s, want 21s; 192.0.2.7; ttl 20 s"},
		{"authenticated", replies(t, authentic, alias, a), func(c *firmware.DNSCheck) { c.AD = true }, firmware.OutcomeOK, "authenticated"},
		{"not authenticated", replies(t, plain, alias, a), func(c *firmware.DNSCheck) { c.AD = true }, firmware.OutcomeDNSMismatch, "AD is not set"},
		{"nxdomain wanted", replies(t, code(3, plain)), func(c *firmware.DNSCheck) { c.RCode = "NXDOMAIN" }, firmware.OutcomeOK, ""},
		{"nxdomain wanted, found", replies(t, plain, alias, a), func(c *firmware.DNSCheck) { c.RCode = "NXDOMAIN" }, firmware.OutcomeDNSMismatch, "want NXDOMAIN; 192.0.2.7"},
		{"nxdomain wanted, fails", replies(t, code(2, plain)), func(c *firmware.DNSCheck) { c.RCode = "NXDOMAIN" }, firmware.OutcomeDNSServFail, ""},
		{"nodata wanted", replies(t, plain), func(c *firmware.DNSCheck) { c.RCode = "NODATA" }, firmware.OutcomeOK, ""},
		{"nodata wanted, nxdomain", replies(t, code(3, plain)), func(c *firmware.DNSCheck) { c.RCode = "NODATA" }, firmware.OutcomeDNSNXDomain, ""},
		{"nodata wanted, a circle", replies(t, plain, "shop.example. 1 IN CNAME shop.example."), func(c *firmware.DNSCheck) { c.RCode = "NODATA" }, firmware.OutcomeDNSNoData, "circle"},
		{"refusal wanted", replies(t, code(5, plain)), func(c *firmware.DNSCheck) { c.RCode = "REFUSED" }, firmware.OutcomeOK, ""},
		{"noerror is records", replies(t, plain), func(c *firmware.DNSCheck) { c.RCode = "NOERROR" }, firmware.OutcomeDNSNoData, ""},
		{"dnssec bogus", replies(t, code(2, withEDE(6, 22))), nil, firmware.OutcomeDNSServFail, "EDE 6 DNSSEC bogus (at  [2J noon); EDE 22 no reachable authority"},
		{"stale answer", replies(t, withEDE(3), alias, a), nil, firmware.OutcomeOK, "EDE 3 stale answer"},
		{"unknown extended error", replies(t, withEDE(999), alias, a), nil, firmware.OutcomeOK, "EDE 999 (at"},
		{"flood of extended errors", replies(t, withEDE(1, 2, 3, 4, 5, 6, 7, 8, 9), alias, a), nil, firmware.OutcomeOK, "EDE 3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			check := dnsCheck("shop.example", "A", resolver(t, tc.handle), long)
			if tc.change != nil {
				tc.change(check.DNS)
			}
			r := do(t, prober(t, check, loopback(), probe.Defaults()), long)
			if r.Outcome != tc.want || !strings.Contains(r.Detail, tc.detail) {
				t.Errorf("%v (%s), want %v (%s)", r.Outcome, r.Detail, tc.want, tc.detail)
			}
		})
	}
}

// TestEveryRCode holds each code, also those that EDNS extends, to its outcome.
func TestEveryRCode(t *testing.T) {
	known := map[int]firmware.Outcome{
		0: firmware.OutcomeDNSNoData, 2: firmware.OutcomeDNSServFail, 3: firmware.OutcomeDNSNXDomain, 5: firmware.OutcomeDNSRefused,
	}
	for code := range 25 {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			want, ok := known[code]
			if !ok {
				want = firmware.OutcomeDNSOther
			}
			server := resolver(t, replies(t, func(m *dns.Msg) {
				m.SetEdns0(1232, false)
				m.Rcode = code
			}))
			r := do(t, prober(t, dnsCheck("shop.example", "A", server, long), loopback(), probe.Defaults()), long)
			if r.Outcome != want || int(r.Status) != code {
				t.Errorf("%v, %d (%s), want %v", r.Outcome, r.Status, r.Detail, want)
			}
		})
	}
}
