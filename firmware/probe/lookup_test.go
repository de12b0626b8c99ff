package probe_test

import (
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestTheUplinkIsToldWhoAnswers: of the resolvers whose turn came, and of no name server that a check names.
func TestTheUplinkIsToldWhoAnswers(t *testing.T) {
	dead, live := resolver(t, silent), resolver(t, answers(t, "shop.example. 60 IN A 192.0.2.7"))
	asks := func(server string) firmware.Check {
		return firmware.Check{Kind: "dns", Timeout: 900 * time.Millisecond, DNS: &firmware.DNSCheck{Name: "shop.example", Type: "A", Server: server}}
	}
	for name, c := range map[string]struct {
		check     firmware.Check
		resolvers []string
		told      map[string]bool
	}{
		"one that is silent":     {asks(""), []string{dead, live}, map[string]bool{dead: false, live: true}},
		"one that was not asked": {asks(""), []string{live, dead}, map[string]bool{live: true}},
		"all silent":             {asks(""), []string{dead}, map[string]bool{dead: false}},
		"a name server":          {asks(live), []string{dead}, map[string]bool{}},
	} {
		told := map[string]bool{}
		via := loopback(c.resolvers...)
		via.Answered = func(r netip.AddrPort, did bool) { told[r.String()] = did }
		do(t, prober(t, c.check, via, probe.Defaults()), c.check.Timeout)
		if !maps.Equal(told, c.told) {
			t.Errorf("%s: told %v, want %v", name, told, c.told)
		}
	}
}

// TestASilentResolverIsPaidForOnce: as soon as the uplink asks it last, runs take no longer than without it, and an order
// that changes in a run is no change of resolvers.
func TestASilentResolverIsPaidForOnce(t *testing.T) {
	via := loopback(resolver(t, silent), resolver(t, answers(t, "shop.example. 60 IN A 192.0.2.7")))
	given := via.Resolvers()
	via.Answered = func(r netip.AddrPort, did bool) {
		if !did {
			slices.Reverse(given)
		}
	}
	check := firmware.Check{Kind: "dns", Timeout: 6 * time.Second, DNS: &firmware.DNSCheck{Name: "shop.example", Type: "A"}}
	p := prober(t, check, via, probe.Defaults())
	for i, slow := range []bool{true, false, false} {
		if r := do(t, p, check.Timeout); !r.Outcome.OK() || (r.Took > check.Timeout/3) != slow {
			t.Errorf("run %d: %v after %v, %s", i, r.Outcome, r.Took, r.Detail)
		}
	}
}
