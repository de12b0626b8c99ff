package probetest

import (
	"net"
	"testing"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware"
)

// resolved is a web server on 127.0.0.1 whose name is looked up at a resolver.
func resolved(handle func(testing.TB) dns.HandlerFunc) starter {
	return func(s Stage) Setup { return lookedUp(Serve(s, Says(Page)), Resolver(s, handle(s))) }
}

// lookedUp is a check of the web server's port under its name, instead of its address.
func lookedUp(server, resolver string) Setup {
	up := page("")
	_, port, _ := net.SplitHostPort(server)
	up.Check.HTTP.URL = "http://" + host + ":" + port + "/"
	up.Resolvers = servers(resolver)
	return up
}

// zone is a resolver that knows these records of the web server's name: kind and value, like "A 192.0.2.1".
func zone(records ...string) func(testing.TB) dns.HandlerFunc {
	return func(t testing.TB) dns.HandlerFunc {
		var texts []string
		for _, r := range records {
			texts = append(texts, host+". 60 IN "+r)
		}
		return Zone(t, texts...)
	}
}

func always(handle dns.HandlerFunc) func(testing.TB) dns.HandlerFunc {
	return func(testing.TB) dns.HandlerFunc { return handle }
}

// resolveRows goes from a name to a page, by either IP version.
func resolveRows() []Behaviour {
	const ok, noData, refused = firmware.OutcomeOK, firmware.OutcomeDNSNoData, firmware.OutcomeRefused
	const nowhere, dead = firmware.OutcomeDNSOther, firmware.OutcomeDeadResolver
	const v4, v6 = "A 127.0.0.1", "AAAA ::1"
	family := func(n int) func(*firmware.HTTPCheck) { return func(c *firmware.HTTPCheck) { c.Family = n } }
	return append(over(firmware.ConnPlain,
		row("name-with-ipv4", "a name with an IPv4 address", resolved(zone(v4)), ok),
		row("name-with-both", "a name with both: IPv4 is asked, and IPv6 has no listener", resolved(zone(v6, v4)), ok),
		row("name-with-ipv6-only", "a name with an IPv6 address only", resolved6(0), ok),
		row("name-with-ipv6-asked", "a name with both, and only IPv6 is measured", resolved6(6, v4), ok),
		row("first-address-nowhere", "two addresses, and the first is 0.0.0.0", resolved(zone("A 0.0.0.0", v4)), ok),
		row("first-address-dead", "two addresses, and nobody listens at the first", resolved(zone("A 127.0.0.99", v4)), ok),
		row("ipv4-of-both", "a name with both, and only IPv4 is measured", resolved(zone(v4, v6)).asks(family(4)), ok),
		row("alias-to-a-page", "a name that is an alias of another", resolved(func(t testing.TB) dns.HandlerFunc {
			return Answers(t, host+". 60 IN CNAME edge.example.", "edge.example. 60 IN A 127.0.0.1")
		}), ok),
	),
		row("every-address-dead", "an address where nobody listens", resolved(zone("A 127.0.0.99")), refused),
		row("ipv6-of-both", "a name with both, only IPv6 is measured, and nobody listens there", resolved(zone(v4, v6)).asks(family(6)), refused),
		row("ipv6-only-dead", "a name with an IPv6 address only, where nobody listens", resolved(zone(v6)), refused),
		row("no-address", "a name without any address", resolved(zone()), noData),
		row("ipv4-only-ipv6-asked", "no IPv6 address, and only IPv6 is measured", resolved(zone(v4)).asks(family(6)), noData),
		row("ipv6-only-ipv4-asked", "no IPv4 address, and only IPv4 is measured", resolved(zone(v6)).asks(family(4)), noData),
		row("name-gone", "a name that does not exist", resolved(always(RCode(dns.RcodeNameError))), firmware.OutcomeDNSNXDomain),
		row("name-servfail", "a resolver that fails on the name", resolved(onlyOn(RCode(dns.RcodeServerFailure))), firmware.OutcomeDNSServFail),
		row("name-refused", "a resolver that refuses the name", resolved(onlyOn(RCode(dns.RcodeRefused))), firmware.OutcomeDNSRefused),
		row("name-unanswered", "a resolver that is silent on the name", resolved(onlyOn(Silent)).within(Short), firmware.OutcomeDNSTimeout),
		row("resolver-dead", "a resolver that is silent on everything", resolved(always(Silent)).within(Short), dead).saying("does not answer"),
		row("resolver-servfail", "a resolver that fails on everything: its own way out is dead", resolved(always(RCode(dns.RcodeServerFailure))), dead).saying("fails on every name"),
		row("resolver-refuses", "a resolver that refuses everything", resolved(always(RCode(dns.RcodeRefused))), dead).saying("fails on every name"),
		row("redirect-unresolved", "a redirect to a name, and a resolver that is silent on everything", func(s Stage) Setup {
			up := page(Serve(s, Says(Moved(302, "http://next.example/"))))
			up.Check.HTTP.Redirects, up.Check.Timeout, up.Resolvers = 1, Short, servers(Resolver(s, Silent))
			return up
		}, dead).saying("does not answer"),
		row("name-blocked", "a name whose address is 0.0.0.0, as of a resolver that blocks it", resolved(zone("A 0.0.0.0")), nowhere).saying("0.0.0.0"),
		row("name-blocked-ipv6", "a name whose IPv6 address is ::", resolved(zone("AAAA ::")).asks(family(6)), nowhere),
		row("name-link-local", "a name whose address is one of its own link", resolved(zone("AAAA fe80::1")), nowhere),
		row("name-multicast", "a name whose address is a group's", resolved(zone("A 224.0.0.1")), nowhere),
		row("name-broadcast", "a name whose address is everybody's", resolved(zone("A 255.255.255.255")), nowhere),
		row("name-mapped", "a name whose IPv6 address is an IPv4 address", resolved(zone("AAAA ::ffff:127.0.0.1")).asks(family(6)), nowhere),
		row("mail-blocked", "a mail server whose address is 0.0.0.0", func(s Stage) Setup {
			return Setup{
				Check:     firmware.Check{Kind: "tcp", TCP: &firmware.TCPCheck{Target: "mail.example:25"}},
				Resolvers: servers(Resolver(s, Answers(s, "mail.example. 60 IN A 0.0.0.0"))),
			}
		}, nowhere),
		row("redirect-to-nowhere", "a redirect to a name that does not exist", func(s Stage) Setup {
			up := page(Serve(s, Says(Moved(302, "http://gone.example/"))))
			up.Check.HTTP.Redirects, up.Resolvers = 1, servers(Resolver(s, RCode(dns.RcodeNameError)))
			return up
		}, firmware.OutcomeDNSNXDomain),
		row("mail-by-name", "a mail server behind a name", func(s Stage) Setup {
			_, port, _ := net.SplitHostPort(Serve(s, greets("220 mail\r\n")))
			return Setup{
				Check:     firmware.Check{Kind: "tcp", TCP: &firmware.TCPCheck{Target: "mail.example:" + port, Expect: "220"}},
				Resolvers: servers(Resolver(s, Answers(s, "mail.example. 60 IN A 127.0.0.1"))),
			}
		}, ok).over(firmware.ConnPlain),
	)
}

// resolved6 is a web server on ::1 whose name has that address, and other records.
func resolved6(family int, more ...string) starter {
	return func(s Stage) Setup {
		l, err := net.Listen("tcp6", "[::1]:0")
		if err != nil {
			s.Fatal(err)
		}
		up := lookedUp(ServeOn(s, l, Says(Page)), Resolver(s, zone(append(more, "AAAA ::1")...)(s)))
		up.Check.HTTP.Family = family
		return up
	}
}
