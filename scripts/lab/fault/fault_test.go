package fault_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/fault"
	"edgeprobe.io/scripts/lab/seen"
	"edgeprobe.io/scripts/lab/world"
)

// with makes parameters of "name=value value name2=value".
func with(text string) map[string][]string {
	m := map[string][]string{}
	last := ""
	for _, f := range strings.Fields(text) {
		name, value, ok := strings.Cut(f, "=")
		if ok && !strings.Contains(name, "/") && name != "eu" {
			last, f = name, value
		}
		m[last] = append(m[last], f)
	}
	return m
}

// errandTest is a fault, and what customers then feel of it.
type errandTest struct{ verb, with, felt string }

// customersFeel runs customers' errands during each fault, and afterwards, when all must be well again.
func customersFeel(t *testing.T, all []errandTest) {
	play(t, func(t *testing.T, w *world.World) {
		t.Run("before", func(t *testing.T) { well(t, w) })
		for _, c := range all {
			t.Run(c.verb+" "+c.with, func(t *testing.T) {
				try(t, w, c.verb, with(c.with), func() { feel(t, w, c.felt) })
				well(t, w)
				if strings.Contains(c.felt, "late") {
					feel(t, w, "api 200 prompt")
				}
			})
		}
	})
}

func TestCustomersFeelTheProvider(t *testing.T) {
	customersFeel(t, []errandTest{
		{"account-revoked", "", "api 503, origin 503, control 204, script 200 HIT true, eu 503"},
		{"account-revoked", "lingers=us=500ms", "api 503"},
		{"origin-status", "status=500 path=/api", "api 500, origin 500, script 200 HIT true"},
		{"origin-body", "", "api 200 wrong, origin 200"},
		{"origin-slow", "delay=600ms", "api 200 late, script 200 HIT true"},
		{"origin-hang", "", "api timeout, origin timeout"},
		{"origin-reset", "", "api 503, origin reset"},
		{"origin-cut", "bytes=3", "api cut, origin cut"},
		{"origin-refuse", "", "api 503, origin refused, script 200 HIT true"},
		{"origin-blackhole", "", "api timeout, origin timeout, control 204"},
		{"edge-status", "of=us status=502", "api 502, script 502, eu 200, origin 200"},
		{"edge-slow", "of=us delay=600ms", "api 200 late, eu 200"},
		{"edge-hang", "of=us", "api timeout, eu 200"},
		{"edge-reset", "of=us", "api reset, eu 200"},
		{"edge-refuse", "of=us", "api refused, eu 200"},
		{"edge-blackhole", "of=us", "api timeout, eu 200"},
		{"edge-body", "of=us", "api 200 wrong, eu 200"},
		{"edge-mtu-blackhole", "of=us longer=500", "api timeout, eu 200"},
		{"edge-lost-origin", "of=us", "api 503, script 200 HIT true, eu 200, origin 200"},
		{"cache-off", "", "script 200 MISS true"},
		{"cache-stale", "", "script 200 HIT true, api 200"},
		{"cache-poisoned", "", "script 200 HIT false"},
		{"script-missing", "", "script 404, api 200"},
		{"script-old", "", "script 200 MISS false"},
		{"script-truncated", "", "script cut"},
		{"uploads-break", "", "upload reset, api 200"},
		{"certificate-expired", "of=us", "api expired, eu 200"},
		{"certificate-wrong-host", "", "api hostname"},
		{"certificate-unknown-ca", "", "api unknown ca"},
		{"blocked", "of=newyork", "api timeout, eu timeout, origin timeout, control 204"},
		{"blocked", "of=berlin", "api 200, eu 200"},
	})
}

func TestCustomersFeelTheWay(t *testing.T) {
	customersFeel(t, []errandTest{
		{"dns-nxdomain", "", "api nxdomain, control 204"},
		{"dns-nodata", "", "api nodata"},
		{"dns-servfail", "", "api servfail, control 204"},
		{"dns-refused", "of=us-fiber", "api dns refused"},
		{"dns-timeout", "of=us-fiber", "api timeout, control 204"},
		{"dns-timeout", "of=us-mobile", "api 200"},
		{"dns-hijack", "", "api hostname"},
		{"dns-stale", "of=us-fiber", "api unreachable, control 204"},
		{"dns-rewrite", "", "nowhere hostname, api 200"},
		{"resolver-dead", "of=us-fiber", "api timeout, control timeout"},
		{"link-down", "of=newyork/eth0 newyork/wwan0", "api unreachable"},
		{"link-dead", "of=newyork/eth0", "api timeout, control timeout"},
		{"loss", "of=newyork/eth0 percent=100 way=in", "api timeout"},
		{"delay", "of=newyork by=150ms", "api 200 late"},
		{"rate", "of=newyork kbit=16", "api 200 late"},
		{"mtu-blackhole", "of=newyork longer=400", "api timeout"},
		{"ipv6-broken", "of=newyork", "api 200"},
		{"address-change", "of=newyork/eth0", "api 200, control 204"},
		{"portal", "of=newyork tls=yes", "http 302, api hostname"},
		{"portal", "of=newyork/eth0", "http 302, api 200"},
		{"tls-intercepted", "of=newyork", "http 204, api unknown ca"},
		{"isp-down", "of=us-fiber", "api timeout, control timeout"},
		{"router-dead", "of=newyork", "api timeout, control timeout"},
		{"region-down", "of=us", "api timeout, control timeout"},
		{"region-down", "of=eu", "api 200, eu timeout, control 204"},
		{"controls-down", "", "api 200, control timeout"},
		{"backbone-down", "", "api timeout, control timeout"},
	})
}

// well holds that every errand goes well, soon: names and caches may need a moment to get over it.
func well(t *testing.T, w *world.World) {
	t.Helper()
	feel(t, w, "api 200, script 200 HIT true, eu 200, origin 200, control 204, http 204, upload 200")
}

// soon is how long it may take until a fault is felt, or over.
const soon = 20 * time.Second

// feel runs errands side by side, each until it goes as told, or the time is up.
func feel(t *testing.T, w *world.World, felt string) {
	t.Helper()
	var all sync.WaitGroup
	for _, want := range strings.Split(felt, ", ") {
		all.Go(func() {
			what, want, _ := strings.Cut(want, " ")
			var got string
			for began := time.Now(); time.Since(began) < soon; {
				if got = run(t, w, what, errandWithin(want)); got == want || got == want+" late" || got+" prompt" == want {
					return
				}
			}
			t.Errorf("%s: %s, want %s", what, got, want)
		})
	}
	all.Wait()
}

// errandWithin is how long an errand may take: what must time out does so soon, and what must not has time.
func errandWithin(want string) time.Duration {
	if want == "timeout" {
		return 1500 * time.Millisecond
	}
	return 10 * time.Second
}

func TestWhatCannotBeDoneIsRefused(t *testing.T) {
	w := &world.World{Topology: world.Default(), Log: seen.NewLog()}
	for _, c := range []struct{ verb, with, says string }{
		{"nonsense", "", "lab faults"}, {"loss", "percnt=3", "no parameter"},
		{"device-misconfigured", "of=berlin how=somehow", "no mistake that is known"},
	} {
		if undo, err := fault.Do(t.Context(), w, c.verb, with(c.with)); err == nil || undo != nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %s: %v", c.verb, c.with, err)
		}
	}
}

// TestTheReferenceIsWhole holds that each verb and parameter is told, once.
func TestTheReferenceIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range fault.Verbs() {
		if seen[v.Name] || v.About == "" {
			t.Errorf("%s is there twice, or untold", v.Name)
		}
		seen[v.Name] = true
		for _, p := range v.Params {
			if p.Name == "" || p.About == "" {
				t.Errorf("%s: a parameter is untold", v.Name)
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d verbs", len(seen))
	}
}
