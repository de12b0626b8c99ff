package probetest

import (
	"testing"
	"time"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware"
)

// asked is a check of the records that a server has of the table's name.
func asked(kind string, handle func(testing.TB) dns.HandlerFunc, want ...string) starter {
	return func(s Stage) Setup { return askedAt(kind, Resolver(s, handle(s)), want...) }
}

func askedAt(kind, server string, want ...string) Setup {
	return Setup{Check: firmware.Check{Kind: "dns", DNS: &firmware.DNSCheck{Name: host, Type: kind, Server: server, Answers: want}}}
}

// has is a server that answers every question with these records, as a zone file has them.
func has(records ...string) func(testing.TB) dns.HandlerFunc {
	return func(t testing.TB) dns.HandlerFunc { return Answers(t, records...) }
}

// replied is has, after change has been made to the reply.
func replied(change func(*dns.Msg), records ...string) func(testing.TB) dns.HandlerFunc {
	return func(t testing.TB) dns.HandlerFunc { return Replies(t, change, records...) }
}

func (s starter) wants(change func(*firmware.DNSCheck)) starter {
	return s.check(func(c *firmware.Check) { change(c.DNS) })
}

const (
	addressed = "shop.example. 60 IN A 192.0.2.7"
	aliased   = "shop.example. 20 IN CNAME edge.example."
	edged     = "edge.example. 60 IN A 192.0.2.7"
)

// dnsRows is records of all sorts, and what may be wanted of them.
func dnsRows() []Behaviour {
	const ok, noData, mismatch = firmware.OutcomeOK, firmware.OutcomeDNSNoData, firmware.OutcomeDNSMismatch
	plain, authentic := func(*dns.Msg) {}, func(m *dns.Msg) { m.AuthenticatedData = true }
	code := func(c int) func(testing.TB) dns.HandlerFunc { return always(RCode(c)) }
	rcode := func(name string) func(*firmware.DNSCheck) { return func(c *firmware.DNSCheck) { c.RCode = name } }
	ad := func(c *firmware.DNSCheck) { c.AD = true }
	least := func(d time.Duration) func(*firmware.DNSCheck) { return func(c *firmware.DNSCheck) { c.MinTTL = d } }
	return append(recordRows(),
		row("any-answer", "an A record, any will do", asked("A", has(addressed)), ok).saying("192.0.2.7").kept(60*time.Second),
		row("another-answer", "an A record other than wanted", asked("A", has(addressed), "192.0.2.8"), mismatch),
		row("another-name", "the record of a name that nobody asked for", asked("A", has("evil.example. 60 IN A 192.0.2.66")), noData),
		row("another-class", "a record of class CH", asked("A", has("shop.example. 60 CH A 192.0.2.66")), noData),
		row("aliases-in-any-order", "a chain of aliases, last link first", asked("A", has("c.example. 60 IN A 192.0.2.7", "b.example. 60 IN CNAME C.example.", "SHOP.example. 60 IN CNAME b.example."), "192.0.2.7"), ok),
		row("alias-to-nowhere", "an alias, and nothing of where it leads", asked("A", has("shop.example. 60 IN CNAME b.example.")), noData),
		row("alias-to-none", "an alias of a name that does not exist", asked("A", replied(func(m *dns.Msg) { m.Rcode = 3 }, aliased)), firmware.OutcomeDNSNXDomain).status(3),
		row("aliases-in-a-circle", "two aliases of each other", asked("A", has("shop.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME shop.example.")), noData).saying("circle"),
		row("aliases-of-themselves", "an alias of itself", asked("A", has("shop.example. 60 IN CNAME shop.example.")), noData).saying("circle"),
		row("long-chain-of-aliases", "30 aliases and an address: who gets that can use it", asked("A", chain(30, "192.0.2.7"), "192.0.2.7"), ok),
		row("endless-chain-of-aliases", "30 aliases, and the resolver gave up before the address", asked("A", chain(30, "")), noData),
		row("ttl-of-the-chain", "the least time to live of the chain is enough", asked("A", has(aliased, edged)).wants(least(20*time.Second)), ok).saying("192.0.2.7").kept(20*time.Second),
		row("ttl-too-short", "the least time to live of the chain is too short", asked("A", has(aliased, edged)).wants(least(21*time.Second)), mismatch).saying("kept for 20s, want 21s; 192.0.2.7"),
		row("authenticated", "a reply that the resolver vouches for", asked("A", replied(authentic, aliased, edged)).wants(ad), ok).saying("authenticated"),
		row("ad-missing", "a reply that nobody vouches for", asked("A", replied(plain, aliased, edged)).wants(ad), mismatch).saying("AD is not set"),
		row("nxdomain-wanted", "NXDOMAIN as wanted", asked("A", code(3)).wants(rcode("NXDOMAIN")), ok).status(3),
		row("nxdomain-wanted-found", "a record where NXDOMAIN is wanted: the name came alive", asked("A", has(aliased, edged)).wants(rcode("NXDOMAIN")), mismatch).saying("want NXDOMAIN; 192.0.2.7"),
		row("nxdomain-wanted-fails", "SERVFAIL where NXDOMAIN is wanted", asked("A", code(2)).wants(rcode("NXDOMAIN")), firmware.OutcomeDNSServFail).status(2),
		row("nodata-wanted", "no record as wanted", asked("A", has()).wants(rcode("NODATA")), ok),
		row("nodata-wanted-nxdomain", "NXDOMAIN where no record is wanted", asked("A", code(3)).wants(rcode("NODATA")), firmware.OutcomeDNSNXDomain).status(3),
		row("nodata-wanted-circle", "a circle where no record is wanted", asked("A", has("shop.example. 1 IN CNAME shop.example.")).wants(rcode("NODATA")), noData).saying("circle"),
		row("refusal-wanted", "REFUSED as wanted", asked("A", code(5)).wants(rcode("REFUSED")), ok).status(5),
		row("noerror-is-records", "no record where NOERROR is wanted", asked("A", has()).wants(rcode("NOERROR")), noData),
		row("slow-resolver", "a good reply, over the latency bound", asked("A", late(60*time.Millisecond, addressed)).bounded(50*time.Millisecond), firmware.OutcomeSlow),
	)
}

// recordRows is the types that have a form of their own, and some that have not.
func recordRows() (rows []Behaviour) {
	for _, r := range []struct{ name, kind, record, want string }{
		{"a", "A", "A 192.0.2.7", "192.0.2.7"},
		{"aaaa", "AAAA", "AAAA 2001:db8::7", "2001:DB8:0::7"},
		{"txt", "TXT", `TXT "a b" "c"`, "a bc"},
		{"mx", "MX", "MX 10 Mail.Example.", "10 mail.example"},
		{"ns", "NS", "NS ns.example.", "NS.example."},
		{"cname", "CNAME", "CNAME edge.example.", "edge.example"},
		{"soa", "SOA", "SOA Ns.Example. admin.example. 7 3600 600 86400 60", "ns.example admin.example 7 3600 600 86400 60"},
		{"ptr", "PTR", "PTR Host.Example.", "host.example"},
		{"srv", "SRV", "SRV 1 2 443 Edge.Example.", "1 2 443 edge.example"},
		{"caa", "CAA", `CAA 0 issue "CA.example"`, `0 issue "ca.example"`},
		{"ds", "DS", `DS 1 8 2 00FF`, `\# 6 0001080200FF`},
		{"https", "HTTPS", "HTTPS 1 . alpn=h2", `\# 10 00010000010003026832`},
		{"by-number", "TYPE1", "A 192.0.2.7", "192.0.2.7"},
		{"unknown", "TYPE4242", `TYPE4242 \# 3 c0ffee`, `\# 3 C0 FF EE`},
	} {
		rows = append(rows, row("record-"+r.name, "a record of type "+r.kind+" as wanted",
			asked(r.kind, has("shop.example. 60 IN "+r.record), r.want), firmware.OutcomeOK).kept(60*time.Second))
	}
	return rows
}
