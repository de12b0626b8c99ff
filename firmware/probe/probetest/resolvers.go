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

// cutAndSilent is a resolver whose answers are too long for a packet, and whose TCP a firewall drops.
func cutAndSilent(testing.TB) dns.HandlerFunc { return Truncates(Silent) }

// resolversRows is several resolvers, not all of which do.
func resolversRows() []Behaviour {
	const ok, servFail, dead, patience = firmware.OutcomeOK, firmware.OutcomeDNSServFail, firmware.OutcomeDeadResolver, 900 * time.Millisecond
	good, mute, fails := has(addressed), always(Silent), onlyOn(RCode(dns.RcodeServerFailure))
	bad, gone, refuses := always(RCode(dns.RcodeServerFailure)), always(RCode(dns.RcodeNameError)), always(RCode(dns.RcodeRefused))
	return []Behaviour{
		row("first-fails", "the first fails, the second answers", inTurn(bad, good), ok),
		row("first-refuses", "the first refuses, the second answers", inTurn(refuses, good), ok),
		row("first-silent", "the first is silent, the second answers", inTurn(mute, good).within(patience), ok),
		row("first-packet-lost", "one that hears only the second packet", inTurn(deafAtFirst).within(patience), ok),
		row("first-cut-and-silent", "the first truncates and is silent by TCP, the second answers", inTurn(cutAndSilent, good).within(patience), ok),
		row("first-is-a-wall", "the first is garbage, the second answers", func(s Stage) Setup {
			up := inTurn(good)(s)
			wall := Packets(s, func(c net.PacketConn, from net.Addr, _ []byte) { c.WriteTo([]byte("what?"), from) })
			up.Resolvers = append([]netip.AddrPort{netip.MustParseAddrPort(wall)}, up.Resolvers...)
			up.Check.Timeout = patience
			return up
		}, ok),
		row("first-says-nxdomain", "the first says that the name does not exist, which is final", inTurn(gone, good), firmware.OutcomeDNSNXDomain).status(3),
		row("all-fail", "all fail on the name", inTurn(fails, fails), servFail).status(2),
		row("fails-or-silent", "one fails on the name, one is silent on everything", inTurn(fails, mute).within(patience), servFail).status(2),
		row("fails-or-is-dead", "one fails on everything, the other on the name only", inTurn(bad, fails), servFail).status(2),
		row("all-fail-on-everything", "all fail on everything: the uplink's fault", inTurn(bad, bad), dead).saying("resolvers 127.0.0.1:"),
		row("fails-or-silent-on-everything", "one fails on everything, one is silent on it", inTurn(bad, mute).within(patience), dead).saying("does not answer; resolver 127.0.0.1:"),
		row("refuses-and-fails", "refuses the name, and fails on others", inTurn(onName(RCode(dns.RcodeRefused), RCode(dns.RcodeServerFailure))), dead),
		row("fails-and-refuses", "fails on the name, and refuses others: it answers for some names only", inTurn(onName(RCode(dns.RcodeServerFailure), RCode(dns.RcodeRefused))), servFail).status(2),
		row("all-silent", "all are silent on everything: the uplink's fault", inTurn(mute, mute).within(Short), dead).saying("do not answer"),
		row("silent-on-the-name", "the only one is silent on the name, but not on others", inTurn(onlyOn(Silent)).within(patience), firmware.OutcomeDNSTimeout),
		row("silent-or-only-on-the-name", "one is dead, the other silent on the name only", inTurn(mute, onlyOn(Silent)).within(patience), firmware.OutcomeDNSTimeout),
		row("fails-or-is-silent-on-the-name", "one fails on everything, the other is silent on the name only", inTurn(bad, onlyOn(Silent)).within(patience), firmware.OutcomeDNSTimeout),
		row("silent-and-fails", "silent on the name, and fails on others", inTurn(onName(Silent, RCode(dns.RcodeServerFailure))).within(patience), dead).saying("fails on every name"),
	}
}

// onlyOn is a resolver that works, but for the names of the table.
func onlyOn(names dns.HandlerFunc) func(testing.TB) dns.HandlerFunc {
	return onName(names, RCode(dns.RcodeNameError))
}

// onName is a resolver that answers on names right below the root, of which the table has none, otherwise than on names.
func onName(names, others dns.HandlerFunc) func(testing.TB) dns.HandlerFunc {
	return always(func(w dns.ResponseWriter, q *dns.Msg) {
		if dns.CountLabel(q.Question[0].Name) == 1 {
			others(w, q)
			return
		}
		names(w, q)
	})
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
