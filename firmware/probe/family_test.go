package probe_test

import (
	"net"
	"testing"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestFamilies measures one IP version at a time: a name with both is not taken for well because one of them is.
func TestFamilies(t *testing.T) {
	_, port, _ := net.SplitHostPort(serve(t, says(page)))
	both := resolver(t, answers(t, "shop.example. 1 IN A 127.0.0.1", "shop.example. 1 IN AAAA ::1"))
	four := resolver(t, answers(t, "shop.example. 1 IN A 127.0.0.1"))
	six := resolver(t, answers(t, "shop.example. 1 IN AAAA ::1"))
	for _, tc := range []struct {
		name     string
		resolver string
		family   int
		want     firmware.Outcome
	}{
		{"either", both, 0, firmware.OutcomeOK},
		{"IPv4 of both", both, 4, firmware.OutcomeOK},
		{"IPv6 of both", both, 6, firmware.OutcomeRefused}, // nobody listens there
		{"IPv4 alone, IPv6 asked", four, 6, firmware.OutcomeDNSNoData},
		{"IPv6 alone, IPv4 asked", six, 4, firmware.OutcomeDNSNoData},
		{"IPv6 alone", six, 0, firmware.OutcomeRefused},
	} {
		check := httpCheck("http://shop.example:"+port+"/", "", long)
		check.HTTP.Family = tc.family
		if r := do(t, prober(t, check, loopback(tc.resolver), probe.Defaults()), long); r.Outcome != tc.want {
			t.Errorf("%s: %v (%s), want %v", tc.name, r.Outcome, r.Detail, tc.want)
		}
	}
}
