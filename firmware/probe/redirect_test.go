package probe_test

import (
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

// TestRedirectToAnotherHost resolves it over the uplink, and tells it nothing that was meant for the first.
func TestRedirectToAnotherHost(t *testing.T) {
	other := &probetest.Site{Script: map[string]string{"GET /a": page}}
	_, port, _ := net.SplitHostPort(serve(t, other.Handle))
	first := &probetest.Site{Script: map[string]string{"GET /": moved(302, "http://other.example:"+port+"/a")}}
	check := httpCheck("http://shop.example/", serve(t, first.Handle), long)
	check.HTTP.Redirects, check.HTTP.Headers = 1, map[string]string{"X-Probe": "hunter2"}
	names := resolver(t, answers(t, "other.example. 1 IN A 127.0.0.1"))
	r := do(t, prober(t, check, loopback(names), probe.Defaults()), long)
	if !r.Outcome.OK() || r.Phases.Resolve == 0 {
		t.Fatalf("%v (%s), %+v", r.Outcome, r.Detail, r.Phases)
	}
	if got := other.Heard()[0]; strings.Contains(got, "hunter2") || !strings.Contains(got, "\r\nHost: other.example:"+port+"\r\n") {
		t.Errorf("the other host hears:\n%s", got)
	}
	if !strings.Contains(first.Heard()[0], "hunter2") {
		t.Errorf("the first host hears:\n%s", first.Heard()[0])
	}
}

// TestRedirectNamesNothing: a server may put what it was told into a redirect.
func TestRedirectNamesNothing(t *testing.T) {
	for _, to := range []string{"http://hunter2.example/", "ftp://hunter2/", "http://[hunter2/", "/hunter2", "http://hunter2:x@a.example/", "http://" + strings.Repeat("hunter2", 12) + ".example/"} {
		check := httpCheck("http://shop.example/", serve(t, says(moved(302, to))), long)
		check.HTTP.Redirects = 2
		r := do(t, prober(t, check, loopback(resolver(t, rcode(dns.RcodeNameError))), probe.Defaults()), long)
		if r.Outcome.OK() || strings.Contains(r.Detail, "hunter2") {
			t.Errorf("%s: %v %q", to, r.Outcome, r.Detail)
		}
	}
}
