package probetest

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware"
)

// inTurn asks the resolvers of the uplink, which are these.
func inTurn(handles ...func(testing.TB) dns.HandlerFunc) starter {
	return func(s Stage) Setup {
		up := askedAt("A", "")
		for _, h := range handles {
			up.Resolvers = append(up.Resolvers, servers(Resolver(s, h(s)))...)
		}
		return up
	}
}

// resolversRows is several resolvers, not all of which do.
func resolversRows() []Behaviour {
	const ok, patience = firmware.OutcomeOK, 900 * time.Millisecond
	good, mute := has(addressed), always(Silent)
	bad, gone, refuses := always(RCode(dns.RcodeServerFailure)), always(RCode(dns.RcodeNameError)), always(RCode(dns.RcodeRefused))
	return []Behaviour{
		row("first-fails", "the first fails, the second answers", inTurn(bad, good), ok),
		row("first-refuses", "the first refuses, the second answers", inTurn(refuses, good), ok),
		row("first-silent", "the first is silent, the second answers", inTurn(mute, good).within(patience), ok),
		row("first-packet-lost", "one that hears only the second packet", inTurn(deafAtFirst).within(patience), ok),
		row("first-is-a-wall", "the first is garbage, the second answers", func(s Stage) Setup {
			up := inTurn(good)(s)
			wall := Packets(s, func(c net.PacketConn, from net.Addr, _ []byte) { c.WriteTo([]byte("what?"), from) })
			up.Resolvers = append([]netip.AddrPort{netip.MustParseAddrPort(wall)}, up.Resolvers...)
			up.Check.Timeout = patience
			return up
		}, ok),
		row("first-says-nxdomain", "the first says that the name does not exist, which is final", inTurn(gone, good), firmware.OutcomeDNSNXDomain).status(3),
		row("all-fail", "all fail", inTurn(bad, bad), firmware.OutcomeDNSServFail).status(2),
		row("fails-or-silent", "one fails, one is silent", inTurn(bad, mute).within(patience), firmware.OutcomeDNSServFail).status(2),
		row("all-silent", "all are silent on everything: the uplink's fault", inTurn(mute, mute).within(Short), firmware.OutcomeLocalFault),
		row("root-only", "the only one is silent on the name, but not on the root", inTurn(rootOnly).within(patience), firmware.OutcomeDNSTimeout),
		row("root-only-second", "one is dead, the other silent on the name only", inTurn(mute, rootOnly).within(patience), firmware.OutcomeDNSTimeout),
		row("root-fails", "silent on the name, and fails on the root", inTurn(rootFails).within(patience), firmware.OutcomeLocalFault),
	}
}

// rootOnly is a resolver that works, asked for names whose own servers are dead.
func rootOnly(t testing.TB) dns.HandlerFunc { return onRoot(Answers(t, ". 60 IN NS a.root.example.")) }

// rootFails is a resolver without a way out.
func rootFails(testing.TB) dns.HandlerFunc { return onRoot(RCode(dns.RcodeServerFailure)) }

func onRoot(reply dns.HandlerFunc) dns.HandlerFunc {
	return func(w dns.ResponseWriter, q *dns.Msg) {
		if q.Question[0].Name == "." && q.Question[0].Qtype == dns.TypeNS {
			reply(w, q)
		}
	}
}

// deafAtFirst answers from the second query on.
func deafAtFirst(t testing.TB) dns.HandlerFunc {
	var heard atomic.Int64
	reply := Answers(t, addressed)
	return func(w dns.ResponseWriter, q *dns.Msg) {
		if heard.Add(1) > 1 {
			reply(w, q)
		}
	}
}
