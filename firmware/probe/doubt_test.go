package probe_test

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/verdict"
)

const (
	day      = 24 * time.Hour
	year     = 365 * day
	unknown  = "the clock is not synchronised, so "
	hostname = firmware.OutcomeTLSHostname
	local    = firmware.OutcomeLocalFault
	expired  = firmware.OutcomeTLSExpired
)

// wrong is a clock that nobody has set: it shows now, and past has passed.
func wrong(now, past time.Duration) *handClock {
	return &handClock{up: time.Minute, now: time.Now().Add(now), unset: true, past: time.Now().Add(past)}
}

// bothKinds are checks of a web server's certificate, by http and by tls.
func bothKinds(address string, days int) []firmware.Check {
	page := httpCheck("https://shop.example/", address, long)
	page.HTTP.Days = days
	shake := page
	shake.Kind, shake.HTTP, shake.TLS = "tls", nil, &firmware.TLSCheck{Target: "shop.example:1", Address: address, Days: days}
	return []firmware.Check{page, shake}
}

// TestUnsetClock: while nobody knows the time, it is no word on the server that a certificate is outside its validity;
// what is wrong whatever the time is, counts.
func TestUnsetClock(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	lives := func(from, to time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to) }
	}
	good := lives(-30*time.Minute, 12*time.Hour)
	early := lives(15*time.Minute, 30*time.Minute)
	old := lives(-40*time.Minute, -20*time.Minute)
	for _, tc := range []struct {
		name  string
		clock *handClock
		cert  tls.Certificate
		days  int
		want  firmware.Outcome
	}{
		{"years ahead", wrong(3*year, -year), ca.Leaf(t, "shop.example", good), 0, local},
		{"years behind", wrong(-3*year, -3*year), ca.Leaf(t, "shop.example", good), 0, local},
		{"in 1970, and no floor", &handClock{now: time.Unix(100, 0), unset: true}, ca.Leaf(t, "shop.example", good), 0, local},
		{"right by chance", wrong(0, -year), ca.Leaf(t, "shop.example", good), 0, firmware.OutcomeOK},
		{"ended by the clock, perhaps not by the time", wrong(0, -time.Hour), ca.Leaf(t, "shop.example", old), 0, local},
		{"ended before what has passed", wrong(0, -time.Minute), ca.Leaf(t, "shop.example", old), 0, expired},
		{"not yet valid, but it may be later", wrong(0, -time.Minute), ca.Leaf(t, "shop.example", early), 0, local},
		{"of another name", wrong(3*year, -year), ca.Leaf(t, "other.example", good), 0, hostname},
		{"of another name, behind", wrong(-3*year, -3*year), ca.Leaf(t, "other.example", good), 0, hostname},
		{"of another authority", wrong(3*year, -year), stranger.Leaf(t, "shop.example", good), 0, firmware.OutcomeTLSUnknownCA},
		{"few days by a clock that is ahead", wrong(20*time.Minute, -2*day), ca.Leaf(t, "shop.example", good), 1, firmware.OutcomeOK},
		{"few days even so", wrong(0, -time.Minute), ca.Leaf(t, "shop.example", good), 1, firmware.OutcomeTLSExpiring},
		{"a set clock: ended", &handClock{now: time.Now()}, ca.Leaf(t, "shop.example", old), 0, expired},
		{"a set clock: not yet valid", &handClock{now: time.Now()}, ca.Leaf(t, "shop.example", early), 0, expired},
	} {
		address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{tc.cert}}, says(page))
		for _, check := range bothKinds(address, tc.days) {
			r := runBy(t, tc.clock, check, ca)
			if r.Outcome != tc.want || (tc.want == local) != strings.HasPrefix(r.Detail, unknown) || r.Expires == 0 {
				t.Errorf("%s, %s: %v (%s), want %v", tc.name, check.Kind, r.Outcome, r.Detail, tc.want)
			}
		}
	}
}

func runBy(t *testing.T, c probe.Clock, check firmware.Check, ca interface{ Pool() *x509.CertPool }) firmware.Result {
	set := probe.Defaults()
	set.Roots = ca.Pool()
	p, err := probe.New(check, loopback(), c, set)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	return p.Do(t.Context())
}

// bench is a vote on the shop, by its page alone and by controls that need no certificate and are well.
type bench struct {
	desk  verdict.Desk
	track verdict.Track
	vote  firmware.Vote
	seq   uint64
}

func newBench() *bench {
	b := &bench{desk: verdict.Desk{Target: firmware.Target{Service: "shop"}, Uplink: "lo", Device: "dev"}}
	for _, name := range []string{"c1", "c2", "c3"} {
		b.desk.Controls = append(b.desk.Controls, verdict.Case{Rule: ruleOf("", name, firmware.RoleControl), Track: &verdict.Track{}})
	}
	b.desk.Checks = []verdict.Case{{Rule: ruleOf("shop", "page", firmware.RoleEdge), Track: &b.track}}
	return b
}

func ruleOf(service, name string, role firmware.Role) *verdict.Rule {
	return &verdict.Rule{Ref: firmware.CheckRef{Service: service, Name: name}, Role: role, Critical: true,
		Interval: map[string]time.Duration{"lo": 10 * time.Second}, Timeout: long}
}

func (b *bench) see(r firmware.Result) firmware.Vote {
	b.seq++
	b.track = b.track.Observe(r, b.seq)
	for _, c := range b.desk.Controls {
		*c.Track = c.Track.Observe(firmware.Result{Start: r.Start.Add(time.Second), Outcome: firmware.OutcomeOK}, b.seq)
	}
	b.vote = verdict.Cast(b.vote, b.desk, r.Start.Add(2*time.Second), verdict.Defaults())
	return b.vote
}

// TestUnsetClockTurnsNoLamp plays the time after boot, with a clock that jumps by years and back, against a server that
// is well: whatever it shows, no vote is cast against it, be the handshakes full or resumed.
func TestUnsetClockTurnsNoLamp(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, jumps := range [][]time.Duration{
			{0, 0, 3 * year, 3 * year, 3 * year, 3 * year, 0, 0},
			{-30 * year, -30 * year, -30 * year, -30 * year, 0, 0, 0},
			{50 * year, 0, -50 * year, 0, 50 * year, 0, 50 * year, 0, 0},
			{0, 2 * day, 2 * day, -10 * year, 0, 90 * day, 90 * day, 90 * day, 90 * day},
		} {
			s, c, b := newShop(t, version), &handClock{up: time.Minute, unset: true, past: time.Now().Add(-year)}, newBench()
			p := s.prober(t, c, nil)
			for i, jump := range jumps {
				c.pass(5 * time.Second)
				c.now = time.Now().Add(jump - c.up)
				r := p.Do(t.Context())
				if r.Outcome.Bad() || r.Outcome.Lesser() || r.Outcome.OK() != (jump == 0 || r.Conn == firmware.ConnResumed) {
					t.Errorf("%d, %v off: %v over %q (%s)", i, jump, r.Outcome, r.Conn, r.Detail)
				}
				if vote := b.see(r); vote.State == firmware.VoteFail || vote.State == firmware.VotePending {
					t.Errorf("%d, %v off: a vote against the shop: %s", i, jump, vote.Why)
				}
			}
			if b.vote.State != firmware.VotePass && jumps[len(jumps)-1] == 0 {
				t.Errorf("%v: the vote is %v, %s", jumps, b.vote.State, b.vote.Why)
			}
		}
	}
}
