package uplink

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestNothingHeldOutlivesAChange: after a change of address or route, the next run makes a full handshake over a new
// connection, from the new address and by the new route.
func TestNothingHeldOutlivesAChange(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	u := pair()[0]
	watched(t, u)
	ip(t, pid, "addr add 10.1.0.5/24 dev b0") // another router
	kept := page("https://shop.example/")
	kept.HTTP.Keep = true
	held := map[string]firmware.Check{"kept": kept, "resumed": page("https://shop.example/")}
	for name, check := range held {
		p := over(t, u, check)
		for _, step := range []struct {
			name     string
			do, undo []string
		}{
			{"another address", []string{"addr add 10.1.0.7/24 dev a0"}, []string{"addr del 10.1.0.7/24 dev a0"}},
			{"another route", []string{"route replace default via 10.1.0.5 dev a0 metric 000"}, []string{"route del default dev a0", "route add default via 10.1.0.1 dev a0 metric 000"}},
		} {
			var kinds []string
			for range 2 {
				kinds = append(kinds, p.Do(t.Context()).Conn.String())
			}
			began := time.Now()
			for _, line := range step.do {
				ip(t, 0, line)
			}
			done := time.Now()
			r := p.Do(t.Context())
			for ; r.Conn != firmware.ConnFull && time.Since(done) < time.Second; r = p.Do(t.Context()) {
			}
			t.Logf("%s: %v; %s (%.1f ms), %.1f ms later: %v, %v", name, kinds, step.name, ms(done.Sub(began)), ms(time.Since(done)), r.Outcome, r.Conn)
			if kinds[1] != name || !r.Outcome.OK() || r.Conn != firmware.ConnFull {
				t.Errorf("%s: %v, then after %s: %v, %v, %s", name, kinds, step.name, r.Outcome, r.Conn, r.Detail)
			}
			for _, line := range step.undo {
				ip(t, 0, line)
			}
			carries(t, u)
			if again := p.Do(t.Context()); again.Conn != firmware.ConnFull {
				t.Errorf("%s: back from %s: %v", name, step.name, again.Conn)
			}
		}
	}
}

// TestResolversAreThoseOfNow: what the system says of resolvers is used from the next run on, and a run whose resolvers
// went away under it says nothing of anybody.
func TestResolversAreThoseOfNow(t *testing.T) {
	if !apart(t) {
		return
	}
	newInternet(t)
	u := Open(firmware.Uplink{Name: "up0", Interface: "a0", AutoResolvers: true})
	u.root = t.TempDir()
	file := filepath.Join(u.root, "etc", "resolv.conf")
	say := func(server string) {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("nameserver "+server+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	check := firmware.Check{Kind: "dns", Timeout: time.Second, DNS: &firmware.DNSCheck{Name: "shop.example", Type: "A"}}
	p := over(t, u, check)
	expect := func(when string, want firmware.Outcome) {
		t.Helper()
		r := p.Do(t.Context())
		t.Logf("%s: %v after %v, %s", when, r.Outcome, r.Took.Round(time.Millisecond), r.Detail)
		if r.Outcome != want {
			t.Errorf("%s: %v, want %v", when, r.Outcome, want)
		}
	}
	say("10.9.0.1")
	expect("a resolver that answers", firmware.OutcomeOK)
	say(unheard)
	expect("right after a change to one that does not", firmware.OutcomeDeadResolver)
	via := probe.Over(u)
	resolvers := via.Resolvers
	via.Resolvers = func() []netip.AddrPort {
		defer say("10.9.0.1") // the file changes as soon as it was read
		return resolvers()
	}
	p = overVia(t, via, check)
	expect("a change to a good one in the middle of the run", firmware.OutcomeLocalFault)
	expect("right after it", firmware.OutcomeOK)
}
