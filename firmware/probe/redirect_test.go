package probe_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// site answers each request line of a script, and notes what it heard.
type site struct {
	mu     sync.Mutex
	heard  []string
	script map[string]string
}

func (s *site) handle(c net.Conn) {
	buf := make([]byte, 8192)
	n, _ := c.Read(buf)
	line, _, _ := strings.Cut(string(buf[:n]), " HTTP/1.1")
	s.mu.Lock()
	s.heard = append(s.heard, string(buf[:n]))
	s.mu.Unlock()
	io.WriteString(c, s.script[line])
}

func moved(status int, location string) string {
	return answer(status, "Location: "+location+"\r\n", "gone")
}

func TestRedirects(t *testing.T) {
	follow := func(n int) func(*firmware.Check) { return func(c *firmware.Check) { c.HTTP.Redirects = n } }
	for _, tc := range []struct {
		name     string
		script   map[string]string
		change   func(*firmware.Check)
		want     firmware.Outcome
		status   uint16
		requests int
	}{
		{"an answer by default", map[string]string{"GET /": moved(302, "/a")}, nil, firmware.OutcomeHTTPStatus, 302, 1},
		{"followed", map[string]string{"GET /": moved(302, "/a"), "GET /a": page}, follow(1), firmware.OutcomeOK, 200, 2},
		{"followed twice", map[string]string{"GET /": moved(301, "a"), "GET /a": moved(308, "/b?c=d#e"), "GET /b?c=d": page}, follow(2), firmware.OutcomeOK, 200, 3},
		{"to an error", map[string]string{"GET /": moved(307, "/a"), "GET /a": answer(503, "", "")}, follow(3), firmware.OutcomeHTTPStatus, 503, 2},
		{"to a wrong page", map[string]string{"GET /": moved(303, "/a"), "GET /a": page}, func(c *firmware.Check) { c.HTTP.Redirects, c.HTTP.ExpectBody = 1, "welcome" }, firmware.OutcomeBodyMismatch, 200, 2},
		{"once too often", map[string]string{"GET /": moved(302, "/a"), "GET /a": moved(302, "/b"), "GET /b": page}, follow(1), firmware.OutcomeHTTPRedirect, 302, 2},
		{"loop", map[string]string{"GET /": moved(302, "/a"), "GET /a": moved(302, "/")}, follow(10), firmware.OutcomeHTTPRedirect, 302, 2},
		{"loop of one", map[string]string{"GET /": moved(302, "/")}, follow(10), firmware.OutcomeHTTPRedirect, 302, 1},
		{"expected as it is", map[string]string{"GET /": moved(302, "/a")}, func(c *firmware.Check) { c.HTTP.Redirects, c.HTTP.Status = 3, []int{302} }, firmware.OutcomeOK, 302, 1},
		{"without a place", map[string]string{"GET /": answer(302, "", "")}, follow(3), firmware.OutcomeHTTPStatus, 302, 1},
		{"300 is none", map[string]string{"GET /": moved(300, "/a")}, follow(3), firmware.OutcomeHTTPStatus, 300, 1},
		{"to another scheme", map[string]string{"GET /": moved(302, "ftp://shop.example/")}, follow(3), firmware.OutcomeHTTPRedirect, 302, 1},
		{"to what is no URL", map[string]string{"GET /": moved(302, "http://[::1/")}, follow(3), firmware.OutcomeHTTPRedirect, 302, 1},
		{"to a user", map[string]string{"GET /": moved(302, "http://a:b@shop.example/")}, follow(3), firmware.OutcomeHTTPRedirect, 302, 1},
		{"a post becomes a get", map[string]string{"POST /": moved(302, "/a"), "GET /a": page}, func(c *firmware.Check) {
			c.HTTP.Redirects, c.HTTP.Method, c.HTTP.Body = 1, "POST", "part"
		}, firmware.OutcomeOK, 200, 2},
		{"a post stays one", map[string]string{"POST /": moved(307, "/a"), "POST /a": page}, func(c *firmware.Check) {
			c.HTTP.Redirects, c.HTTP.Method, c.HTTP.Body = 1, "POST", "part"
		}, firmware.OutcomeOK, 200, 2},
		{"a body stays where it is", map[string]string{"POST /": moved(307, "http://other.example/a")}, func(c *firmware.Check) {
			c.HTTP.Redirects, c.HTTP.Method, c.HTTP.Body = 1, "POST", "part"
		}, firmware.OutcomeHTTPRedirect, 307, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := &site{script: tc.script}
			check := httpCheck("http://shop.example/", serve(t, s.handle), long)
			if tc.change != nil {
				tc.change(&check)
			}
			r := do(t, prober(t, check, loopback(), probe.Defaults()), long)
			if r.Outcome != tc.want || r.Status != tc.status {
				t.Errorf("%v %d (%s), want %v %d", r.Outcome, r.Status, r.Detail, tc.want, tc.status)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(s.heard) != tc.requests {
				t.Errorf("%d requests, want %d: %q", len(s.heard), tc.requests, s.heard)
			}
		})
	}
}

// TestRedirectToAnotherHost resolves it over the uplink, and tells it nothing that was meant for the first.
func TestRedirectToAnotherHost(t *testing.T) {
	other := &site{script: map[string]string{"GET /a": page}}
	_, port, _ := net.SplitHostPort(serve(t, other.handle))
	first := &site{script: map[string]string{"GET /": moved(302, "http://other.example:"+port+"/a")}}
	check := httpCheck("http://shop.example/", serve(t, first.handle), long)
	check.HTTP.Redirects, check.HTTP.Headers = 1, map[string]string{"X-Probe": "hunter2"}
	names := resolver(t, answers(t, "other.example. 1 IN A 127.0.0.1"))
	r := do(t, prober(t, check, loopback(names), probe.Defaults()), long)
	if !r.Outcome.OK() || r.Phases.Resolve == 0 {
		t.Fatalf("%v (%s), %+v", r.Outcome, r.Detail, r.Phases)
	}
	if got := other.heard[0]; strings.Contains(got, "hunter2") || !strings.Contains(got, "\r\nHost: other.example:"+port+"\r\n") {
		t.Errorf("the other host hears:\n%s", got)
	}
	if !strings.Contains(first.heard[0], "hunter2") {
		t.Errorf("the first host hears:\n%s", first.heard[0])
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

// TestRedirectsAndTLS goes up to https freely, and down only where allowed.
func TestRedirectsAndTLS(t *testing.T) {
	ca := newAuthority(t)
	good := &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, "shop.example", nil)}}
	plain := serve(t, says(page))
	_, down, _ := net.SplitHostPort(plain)
	secure := serveTLS(t, good, says(page))
	_, up, _ := net.SplitHostPort(secure)
	set := probe.Defaults()
	set.Roots = ca.pool()
	for _, tc := range []struct {
		name      string
		url       string
		address   string
		downgrade bool
		want      firmware.Outcome
		conn      firmware.Conn
	}{
		{"up", "http://shop.example/", serve(t, says(moved(301, "https://shop.example:"+up+"/"))), false, firmware.OutcomeOK, firmware.ConnFull},
		{"down", "https://shop.example/", serveTLS(t, good, says(moved(301, "http://shop.example:"+down+"/"))), false, firmware.OutcomeHTTPRedirect, firmware.ConnFull},
		{"down as allowed", "https://shop.example/", serveTLS(t, good, says(moved(301, "http://shop.example:"+down+"/"))), true, firmware.OutcomeOK, firmware.ConnPlain},
		{"to a wrong name", "http://shop.example/", serve(t, says(moved(301, fmt.Sprintf("https://127.0.0.1:%s/", up)))), false, firmware.OutcomeTLSHostname, firmware.ConnNone},
	} {
		check := httpCheck(tc.url, tc.address, long)
		check.HTTP.Redirects, check.HTTP.Downgrade = 2, tc.downgrade
		if r := do(t, prober(t, check, loopback(), set), long); r.Outcome != tc.want || r.Conn != tc.conn {
			t.Errorf("%s: %v over %v (%s), want %v over %v", tc.name, r.Outcome, r.Conn, r.Detail, tc.want, tc.conn)
		}
	}
}

// TestRedirectsShareOneTimeout has every hop take its time.
func TestRedirectsShareOneTimeout(t *testing.T) {
	var n atomic.Int32
	check := httpCheck("http://shop.example/", serve(t, func(c net.Conn) {
		if readRequest(c) && waits(c, short/4) {
			io.WriteString(c, moved(302, fmt.Sprintf("/%d", n.Add(1))))
		}
	}), short)
	check.HTTP.Redirects = 10
	if r := do(t, prober(t, check, loopback(), probe.Defaults()), short); r.Outcome != firmware.OutcomeTimeout {
		t.Errorf("%v (%s) in %v", r.Outcome, r.Detail, r.Took)
	}
}
