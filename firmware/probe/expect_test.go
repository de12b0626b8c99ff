package probe_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// answer is a whole answer with that header and body.
func answer(status int, head, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s", status, head, len(body), body)
}

// TestExpectations is what answers can be beside a status and a pattern.
func TestExpectations(t *testing.T) {
	const state = `{"status":"ok","n":3,"up":true,"none":null,"items":[{"id":7},{"id":8.50}],"status2":"no"}`
	json := func(path, want string) func(*firmware.HTTPCheck) {
		return func(c *firmware.HTTPCheck) { c.ExpectJSON = map[string]string{path: want} }
	}
	for _, tc := range []struct {
		name   string
		answer string
		change func(*firmware.HTTPCheck)
		want   firmware.Outcome
		detail string
	}{
		{"error page under 200", answer(200, "", "<h1>Service unavailable</h1>"), func(c *firmware.HTTPCheck) { c.AbsentBody = "(?i)unavailable" }, firmware.OutcomeBodyMismatch, "must not"},
		{"no error page", answer(200, "", "<h1>Welcome</h1>"), func(c *firmware.HTTPCheck) { c.AbsentBody = "(?i)unavailable" }, firmware.OutcomeOK, ""},
		{"header that must not be", answer(200, "X-Debug: 1\r\n", ""), func(c *firmware.HTTPCheck) { c.AbsentHead = map[string]string{"x-debug": ""} }, firmware.OutcomeHTTPHeader, "must not be"},
		{"header value that must not be", answer(200, "X-Stage: prod\r\nX-Stage: test\r\n", ""), func(c *firmware.HTTPCheck) { c.AbsentHead = map[string]string{"x-stage": "^test$"} }, firmware.OutcomeHTTPHeader, "must not"},
		{"header with another value", answer(200, "X-Stage: prod\r\n", ""), func(c *firmware.HTTPCheck) { c.AbsentHead = map[string]string{"x-stage": "^test$"} }, firmware.OutcomeOK, ""},
		{"too small", answer(200, "", "hello"), func(c *firmware.HTTPCheck) { c.MinBytes = 6 }, firmware.OutcomeBodyMismatch, "at least 6"},
		{"just not too small", answer(200, "", "hello"), func(c *firmware.HTTPCheck) { c.MinBytes = 5 }, firmware.OutcomeOK, ""},
		{"empty page", answer(200, "", ""), func(c *firmware.HTTPCheck) { c.MinBytes = 1 }, firmware.OutcomeBodyMismatch, "body of 0 bytes"},
		{"JSON text", answer(200, "", state), json("$.status", "ok"), firmware.OutcomeOK, ""},
		{"JSON number", answer(200, "", state), json("$.n", "3"), firmware.OutcomeOK, ""},
		{"JSON number as written", answer(200, "", state), json("$.items[1].id", "8.50"), firmware.OutcomeOK, ""},
		{"JSON truth", answer(200, "", state), json("$.up", "true"), firmware.OutcomeOK, ""},
		{"JSON null", answer(200, "", state), json("$.none", "null"), firmware.OutcomeOK, ""},
		{"JSON with another value", answer(200, "", state), json("$.status2", "ok"), firmware.OutcomeBodyMismatch, `is not "ok"`},
		{"JSON without it", answer(200, "", state), json("$.items[2].id", "8"), firmware.OutcomeBodyMismatch, "does not exist"},
		{"JSON that is no value", answer(200, "", state), json("$.items", "8"), firmware.OutcomeBodyMismatch, "an object or a list"},
		{"no JSON", answer(200, "", "<html>ok</html>"), json("$.status", "ok"), firmware.OutcomeBodyMismatch, "not JSON"},
		{"JSON cut short", answer(200, "", state[:len(state)-5]), json("$.status", "ok"), firmware.OutcomeBodyMismatch, "not JSON"},
		{"JSON and more", answer(200, "", state+"{}"), json("$.status", "ok"), firmware.OutcomeBodyMismatch, "not JSON"},
		{"JSON of a million lists", answer(200, "", strings.Repeat("[", 1<<20)), json("$.status", "ok"), firmware.OutcomeBodyMismatch, "not JSON"},
		{"a member twice", answer(200, "", `{"status":"ok","status":"bad"}`), json("$.status", "ok"), firmware.OutcomeBodyMismatch, `is not "ok"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			check := httpCheck("http://shop.example/", serve(t, says(tc.answer)), long)
			tc.change(check.HTTP)
			r := do(t, prober(t, check, loopback(), probe.Defaults()), long)
			if r.Outcome != tc.want || !strings.Contains(r.Detail, tc.detail) {
				t.Errorf("%v (%s), want %v (%s)", r.Outcome, r.Detail, tc.want, tc.detail)
			}
		})
	}
}

// TestCertificateDays: a certificate that ends soon degrades, whatever is worse stays worse.
func TestCertificateDays(t *testing.T) {
	ca := newAuthority(t)
	soon := ca.leaf(t, "shop.example", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(36 * time.Hour) })
	for _, tc := range []struct {
		name   string
		days   int
		change func(*firmware.Check)
		want   firmware.Outcome
	}{
		{"no bound", 0, nil, firmware.OutcomeOK},
		{"long enough", 1, nil, firmware.OutcomeOK},
		{"too soon", 2, nil, firmware.OutcomeTLSExpiring},
		{"too soon and wrong", 2, func(c *firmware.Check) { c.HTTP.Status = []int{204} }, firmware.OutcomeHTTPStatus},
		{"too soon and slow", 2, func(c *firmware.Check) { c.MaxLatency = time.Microsecond }, firmware.OutcomeSlow},
	} {
		check := httpCheck("https://shop.example/", serveTLS(t, &tls.Config{Certificates: []tls.Certificate{soon}}, says(page)), long)
		check.HTTP.Days = tc.days
		if tc.change != nil {
			tc.change(&check)
		}
		set := probe.Defaults()
		set.Roots = ca.pool()
		p := prober(t, check, loopback(), set)
		for range 2 { // the second is resumed
			if r := do(t, p, long); r.Outcome != tc.want {
				t.Errorf("%s: %v (%s) over %v, want %v", tc.name, r.Outcome, r.Detail, r.Conn, tc.want)
			}
		}
	}
}

// TestEdgeMadeErrors tells errors that an edge made itself from those that it passed on.
func TestEdgeMadeErrors(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status int
		head   string
		want   bool
	}{
		{"Cloudflare, web server is down", 521, "Server: cloudflare\r\nCF-Ray: 1-IAD\r\n", true},
		{"Cloudflare, Argo tunnel", 530, "Server: cloudflare\r\n", true},
		{"Cloudflare passes on a 503", 503, "Server: cloudflare\r\nCF-Cache-Status: DYNAMIC\r\n", false},
		{"521 of somebody else", 521, "Server: nginx\r\n", false},
		{"CloudFront", 502, "Server: CloudFront\r\nX-Cache: Error from cloudfront\r\n", true},
		{"CloudFront passes on a 503", 503, "Server: nginx\r\nX-Cache: Error from cloudfront\r\n", false},
		{"Akamai", 504, "Server: AkamaiGHost\r\n", true},
		{"Proxy-Status", 502, "Proxy-Status: edge; error=connection_refused\r\n", true},
		{"Proxy-Status passes on", 502, "Proxy-Status: edge; received-status=502\r\n", false},
		{"the origin's own", 500, "Server: nginx\r\n", false},
	} {
		r := do(t, prober(t, httpCheck("http://shop.example/", serve(t, says(answer(tc.status, tc.head, ""))), long), loopback(), probe.Defaults()), long)
		if made := r.Cache.State == firmware.CacheEdgeMade; made != tc.want || strings.Contains(r.Detail, "the edge made this") != tc.want || r.Outcome != firmware.OutcomeHTTPStatus {
			t.Errorf("%s: %v (%s), cache %v; want edge-made %v", tc.name, r.Outcome, r.Detail, r.Cache.State, tc.want)
		}
	}
}
