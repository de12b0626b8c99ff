package probe_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestImpossibleSteps wants each named, with the step and no secret in the sentence.
func TestImpossibleSteps(t *testing.T) {
	for name, change := range map[string]func(*firmware.TransactionCheck){
		"no steps":          func(c *firmware.TransactionCheck) { c.Steps = nil },
		"too many":          func(c *firmware.TransactionCheck) { c.Cleanup = make([]firmware.StepCheck, 10) },
		"no name":           func(c *firmware.TransactionCheck) { c.Steps[0].Name = "" },
		"used before":       func(c *firmware.TransactionCheck) { c.Steps[0].Body = "hunter2${offset}" },
		"used by itself":    func(c *firmware.TransactionCheck) { c.Steps[3].Headers = map[string]string{"A": "${offset}"} },
		"never captured":    func(c *firmware.TransactionCheck) { c.Steps[4].Send.FromName = "where" },
		"not closed":        func(c *firmware.TransactionCheck) { c.Steps[4].URL = "${file" },
		"captured host":     func(c *firmware.TransactionCheck) { c.Steps[4].URL = "http://${file}.example/hunter2" },
		"captured userinfo": func(c *firmware.TransactionCheck) { c.Steps[4].URL = "${file}@evil.example/" },
		"captured scheme":   func(c *firmware.TransactionCheck) { c.Steps[4].URL = "${file}://evil.example/" },
		"captured port":     func(c *firmware.TransactionCheck) { c.Steps[4].URL = "http://a.example:${file}/" },
		"two sources":       func(c *firmware.TransactionCheck) { c.Steps[3].Captures[0].URL = true },
		"no source":         func(c *firmware.TransactionCheck) { c.Steps[3].Captures[0].Header = "" },
		"capture's name":    func(c *firmware.TransactionCheck) { c.Steps[3].Captures[0].Name = "Offset" },
		"capture's path": func(c *firmware.TransactionCheck) {
			c.Steps[0].Captures[0] = firmware.Capture{Name: "file", JSON: "id"}
		},
		"capture's script": func(c *firmware.TransactionCheck) {
			c.Steps[0].Captures[0] = firmware.Capture{Name: "file", Script: "("}
		},
		"capture's match": func(c *firmware.TransactionCheck) { c.Steps[0].Captures[0].Match = "(" },
		"body of HEAD": func(c *firmware.TransactionCheck) {
			c.Steps[3].Captures[0] = firmware.Capture{Name: "offset", Match: "x"}
		},
		"too many captures":     func(c *firmware.TransactionCheck) { c.Steps[0].Captures = slices.Repeat(c.Steps[0].Captures, 16) },
		"capture of a break":    func(c *firmware.TransactionCheck) { c.Steps[2].Captures = c.Steps[3].Captures },
		"negative break":        func(c *firmware.TransactionCheck) { c.Steps[2].BreakAfter = -1 },
		"negative pause":        func(c *firmware.TransactionCheck) { c.Steps[2].Pause = -1 },
		"content without name":  func(c *firmware.TransactionCheck) { c.Steps[1].Send.Name = "" },
		"content backwards":     func(c *firmware.TransactionCheck) { c.Steps[1].Send.From = 2 * part },
		"content too large":     func(c *firmware.TransactionCheck) { c.Steps[1].Send.To = 1 << 30 },
		"content and body":      func(c *firmware.TransactionCheck) { c.Steps[1].Body = "hunter2" },
		"content and redirects": func(c *firmware.TransactionCheck) { c.Steps[1].Redirects = 1 },
		"content by HTTP/2":     func(c *firmware.TransactionCheck) { c.Steps[1].Protocol = 2 },
		"digest":                func(c *firmware.TransactionCheck) { c.Steps[6].Digest = "hunter2" },
		"header of a step":      func(c *firmware.TransactionCheck) { c.Steps[6].Headers = map[string]string{"a b": "hunter2${file}"} },
		"method of a step":      func(c *firmware.TransactionCheck) { c.Cleanup[0].Method = "CONNECT" },
	} {
		c := uploadInParts("http://up.example")
		change(c)
		p, err := probe.New(transactionCheck(c, long), loopback(), realClock(t), probe.Defaults())
		if p != nil || err == nil || strings.Contains(err.Error(), "hunter2") || !strings.HasPrefix(err.Error(), "prepare check shop/journey: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStepsShareAConnection: what may be repeated goes over the connection of the step before; what may not has one
// of its own, and nothing is kept between runs.
func TestStepsShareAConnection(t *testing.T) {
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	step := func(name, method string) firmware.StepCheck {
		return firmware.StepCheck{Name: name, HTTPCheck: firmware.HTTPCheck{URL: srv.URL + "/" + name, Method: method}}
	}
	check := transactionCheck(&firmware.TransactionCheck{
		Steps:   []firmware.StepCheck{step("a", "GET"), step("b", "GET"), step("c", "POST"), step("d", "HEAD")},
		Cleanup: []firmware.StepCheck{step("e", "DELETE")},
	}, long)
	p := prober(t, check, loopback(), probe.Defaults())
	for run := int32(1); run <= 2; run++ {
		r := do(t, p, long)
		fresh := slices.DeleteFunc(slices.Clone(r.Steps), func(s firmware.Step) bool { return s.Phases.Connect == 0 })
		if names := strings.Join(namesOf(fresh), ""); names != "ace" || opened.Load() != 3*run || !r.Outcome.OK() || r.Conn != firmware.ConnPlain {
			t.Errorf("run %d: %v (%s) over %v, fresh connections at %s, %d opened", run, r.Outcome, r.Detail, r.Conn, names, opened.Load())
		}
	}
}

// TestTransactionOverTLS: a page behind TLS is never trusted to lead out of it, and where it leads is asked for with
// the certificate of that host.
func TestTransactionOverTLS(t *testing.T) {
	ca := newAuthority(t)
	serve := func(page string) string {
		cfg := &tls.Config{Certificates: []tls.Certificate{ca.Leaf(t, "shop.example", nil)}}
		return serveTLS(t, cfg, func(c net.Conn) {
			for readRequest(c) {
				io.WriteString(c, answer(200, "", page))
			}
		})
	}
	script := serve(recorder)
	_, port, _ := net.SplitHostPort(script)
	for _, tc := range []struct {
		src, step string
		want      firmware.Outcome
	}{
		{"https://shop.example:" + port + "/recorder.js", "", firmware.OutcomeOK},
		{"http://shop.example:" + port + "/recorder.js", "page", firmware.OutcomeBodyMismatch},
	} {
		c := pageAndScript("https://shop.example")
		c.Hosts = []string{"shop.example:" + port}
		c.Steps[0].Address, c.Steps[1].Address = serve(`<script src="`+tc.src+`"></script>`), script
		set := probe.Defaults()
		set.Roots = ca.Pool()
		r := do(t, prober(t, transactionCheck(c, long), loopback(), set), long)
		holdTo(t, r, tc.want, tc.step)
		if r.Conn != firmware.ConnFull || r.Expires == 0 {
			t.Errorf("%s: over %v, until %d", tc.src, r.Conn, r.Expires)
		}
	}
}

// TestLatencyIsTheSteps: neither a pause nor the clean-up makes a transaction slow.
func TestLatencyIsTheSteps(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(srv.Close)
	waited := firmware.StepCheck{Name: "waited", Pause: short, HTTPCheck: firmware.HTTPCheck{URL: srv.URL}}
	check := transactionCheck(&firmware.TransactionCheck{Steps: []firmware.StepCheck{waited}, Cleanup: []firmware.StepCheck{waited}}, long)
	for bound, want := range map[time.Duration]firmware.Outcome{2 * short: firmware.OutcomeOK, time.Microsecond: firmware.OutcomeSlow} {
		check.MaxLatency = bound
		if r := do(t, prober(t, check, loopback(), probe.Defaults()), long); r.Outcome != want || r.Took < 2*short {
			t.Errorf("%v (%s) after %v, want %v", r.Outcome, r.Detail, r.Took, want)
		}
	}
}

// TestDigest is for plain checks too.
func TestDigest(t *testing.T) {
	check := httpCheck("http://shop.example/", serve(t, says(answer(200, "", "abc"))), long)
	for digest, want := range map[string]firmware.Outcome{
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad": firmware.OutcomeOK, // FIPS 180-4
		strings.Repeat("0", 64): firmware.OutcomeBodyMismatch,
	} {
		check.HTTP.Digest = digest
		p := prober(t, check, loopback(), probe.Defaults())
		for range 2 {
			if r := do(t, p, long); r.Outcome != want {
				t.Errorf("%v (%s), want %v", r.Outcome, r.Detail, want)
			}
		}
	}
}

// TestCapturedValueStaysInItsPlace: a value that a server names is data in the path, and never a step up from it, where
// a clean-up would delete something else.
func TestCapturedValueStaysInItsPlace(t *testing.T) {
	for value, want := range map[string]firmware.Outcome{"7": firmware.OutcomeOK, "a/..": firmware.OutcomeOK, "..": firmware.OutcomeHTTPRedirect, ".": firmware.OutcomeHTTPRedirect} {
		var asked atomic.Value
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Store(r.RequestURI)
			w.Header().Set("X-Id", value)
		}))
		t.Cleanup(srv.Close)
		r := do(t, prober(t, transactionCheck(&firmware.TransactionCheck{Steps: []firmware.StepCheck{
			{Name: "create", HTTPCheck: firmware.HTTPCheck{URL: srv.URL + "/files/"}, Captures: []firmware.Capture{{Name: "id", Header: "X-Id"}}},
			{Name: "delete", HTTPCheck: firmware.HTTPCheck{URL: srv.URL + "/files/${id}", Method: "DELETE"}},
		}}, long), loopback(), probe.Defaults()), long)
		if r.Outcome != want || want != firmware.OutcomeOK && asked.Load() != "/files/" {
			t.Errorf("%q: %v (%s), asked for %v, want %v", value, r.Outcome, r.Detail, asked.Load(), want)
		}
	}
}
