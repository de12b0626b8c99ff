package uplink

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

// TestSilentResolversComeLast draws which resolvers answer: those that did last time stand before the others, both as they
// were given, and what somebody knows of resolvers of before changes nothing.
func TestSilentResolversComeLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var given, good, bad []netip.AddrPort
		for i := range rapid.IntRange(0, 8).Draw(t, "resolvers") {
			given = append(given, netip.MustParseAddrPort(fmt.Sprintf("192.0.2.%d:53", i)))
		}
		u := Open(firmware.Uplink{Resolvers: given})
		u.Answered(netip.MustParseAddrPort("198.51.100.1:53"), false)
		silent := map[netip.AddrPort]bool{}
		for range rapid.IntRange(0, 20).Draw(t, "answers") {
			if len(given) > 0 {
				r, did := rapid.SampledFrom(given).Draw(t, "resolver"), rapid.Bool().Draw(t, "did")
				u.Answered(r, did)
				silent[r] = !did
			}
		}
		for _, r := range given {
			if silent[r] {
				bad = append(bad, r)
			} else {
				good = append(good, r)
			}
		}
		if got := u.ResolversInTurn(); !slices.Equal(got, append(good, bad...)) {
			t.Fatalf("%v, want %v, then %v", got, good, bad)
		}
		if !slices.Equal(u.Resolvers(), given) || len(u.silent.of) > len(given) {
			t.Fatalf("%v of %v, and %d are remembered", u.Resolvers(), given, len(u.silent.of))
		}
	})
}
