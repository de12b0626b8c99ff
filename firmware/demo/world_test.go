package demo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/errgroup"
)

// notes collects what the world says.
type notes struct {
	mu    sync.Mutex
	lines []string
}

func (n *notes) add(line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, line)
}

func (n *notes) has(part string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Contains(strings.Join(n.lines, "\n"), part)
}

// start opens a world and runs its tasks until the test ends.
func start(t *testing.T) (*World, *notes) {
	t.Helper()
	said := &notes{}
	w, err := Open(t.TempDir(), said.add)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	g, ctx := errgroup.WithContext(ctx)
	for _, task := range w.Tasks() {
		g.Go(func() error { return task.Run(ctx) })
	}
	t.Cleanup(func() {
		cancel()
		if err := g.Wait(); err != nil {
			t.Errorf("a task failed: %v", err)
		}
		w.Close()
	})
	return w, said
}

// until polls a condition for at most 10 s.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for !ok() {
		if !pause(ctx, 10*time.Millisecond) {
			t.Fatalf("waited 10 s in vain: %s", what)
		}
	}
}

// through returns a client that is given one edge.
func through(t *testing.T, w *World, e *Edge) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(w.trust) {
		t.Fatal("the trust file holds no certificate")
	}
	tr := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, e.Address)
		},
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 5 * time.Second}
}

// get fetches a URL to its end.
func get(t *testing.T, c *http.Client, url string) (int, http.Header, string) {
	t.Helper()
	resp, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(body)
}

func TestNamesSteerByWhoAsks(t *testing.T) {
	w, _ := start(t)
	for _, tc := range []struct {
		source, name string
		kind         uint16
		rcode        int
		want         string
	}{
		{"127.0.11.1", "shop.example.", dns.TypeA, dns.RcodeSuccess, "127.0.1.1"},
		{"127.0.12.2", "shop.example.", dns.TypeA, dns.RcodeSuccess, "127.0.1.2"},
		{"127.0.12.2", "SHOP.example.", dns.TypeA, dns.RcodeSuccess, "127.0.1.2"},
		{"127.0.11.1", "eu.shop.example.", dns.TypeA, dns.RcodeSuccess, "127.0.1.2"},
		{"127.0.12.1", "origin.shop.example.", dns.TypeA, dns.RcodeSuccess, "127.0.2.1"},
		{"127.0.12.1", "shop.example.", dns.TypeAAAA, dns.RcodeSuccess, ""},
		{"127.0.12.1", "nowhere.shop.example.", dns.TypeA, dns.RcodeNameError, ""},
		{"127.0.12.1", "example.org.", dns.TypeA, dns.RcodeRefused, ""},
	} {
		for _, network := range []string{"udp", "tcp"} {
			dialer := &net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(tc.source)}}
			if network == "tcp" {
				dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(tc.source)}
			}
			c := &dns.Client{Net: network, Dialer: dialer, Timeout: 2 * time.Second}
			m, _, err := c.Exchange(new(dns.Msg).SetQuestion(tc.name, tc.kind), w.names.Address)
			if err != nil {
				t.Fatalf("%s from %s over %s: %v", tc.name, tc.source, network, err)
			}
			got := ""
			if len(m.Answer) > 0 {
				got = m.Answer[0].(*dns.A).A.String()
			}
			if m.Rcode != tc.rcode || got != tc.want {
				t.Errorf("%s from %s over %s: rcode %d, address %q, want %d and %q",
					tc.name, tc.source, network, m.Rcode, got, tc.rcode, tc.want)
			}
		}
	}
}

func TestEdgeKeepsWhatMayBeKept(t *testing.T) {
	w, _ := start(t)
	c := through(t, w, w.Edges[1])
	_, first, _ := get(t, c, w.base(Zone)+"/recorder.js")
	if got := first.Get("X-Cache"); got != "MISS" {
		t.Errorf("the first answer is a %s", got)
	}
	status, h, body := get(t, c, w.base(Zone)+"/recorder.js")
	if status != 200 || body != scriptBody || h.Get("X-Cache") != "HIT" || !strings.HasPrefix(h.Get("Cache-Status"), "edge-eu; hit; ttl=3") {
		t.Errorf("the second answer is %d %q, %v", status, body, h)
	}
	for range 2 {
		status, h, _ := get(t, c, w.base(Zone)+"/api/session")
		if status != 200 || h.Get("X-Cache") != "MISS" || h.Get("Age") != "" {
			t.Errorf("the API's answer came from a cache: %d %v", status, h)
		}
	}
	until(t, "the copy's age grows", func() bool {
		_, h, _ := get(t, c, w.base(Zone)+"/recorder.js")
		age, err := strconv.Atoi(h.Get("Age"))
		return err == nil && age >= 1
	})
}

func TestControlsAnswer(t *testing.T) {
	w, _ := start(t)
	for _, l := range w.controls {
		if status, _, _ := get(t, http.DefaultClient, "http://"+l.Addr().String()); status != http.StatusNoContent {
			t.Errorf("control %s answers %d", l.Addr(), status)
		}
	}
}

// TestRevokedAccount is 22 January: what is cached looks alive, everything else is gone, and one edge goes on
// failing after the fix.
func TestRevokedAccount(t *testing.T) {
	w, said := start(t)
	us, eu := through(t, w, w.Edges[0]), through(t, w, w.Edges[1])
	origin := "http://" + w.origin.Addr().String()
	want := func(c *http.Client, url string, status int) {
		t.Helper()
		if got, h, _ := get(t, c, url); got != status {
			t.Errorf("%s: %d, want %d (%v)", url, got, status, h)
		}
	}
	for _, c := range []*http.Client{us, eu} {
		want(c, w.base(Zone)+"/recorder.js", 200)
		want(c, w.base(Zone)+"/", 200)
	}
	until(t, "the customer has stored a part", func() bool { stored, _, _ := w.Customer.Counts(); return stored > 0 })

	w.Account.Revoke()
	want(http.DefaultClient, origin+"/recorder.js", 503)
	want(us, w.base(Zone)+"/api/session", 503)
	want(eu, w.base(Zone)+"/api/session", 503)
	if status, h, _ := get(t, eu, w.base(Zone)+"/recorder.js"); status != 200 || h.Get("X-Cache") != "HIT" || h.Get("Age") == "" {
		t.Errorf("the script is not served from the cache: %d %v", status, h)
	}
	until(t, "the customer's upload broke off and was lost", func() bool {
		_, broken, lost := w.Customer.Counts()
		return broken > 0 && lost > 0 && said.has("cannot be resumed")
	})
	until(t, "the home page is shown stale", func() bool {
		status, h, _ := get(t, us, w.base(Zone)+"/")
		return status == 200 && h.Get("X-Cache") == "STALE" && strings.Contains(h.Get("Cache-Status"), "fwd=stale; fwd-status=503")
	})

	w.Account.Restore(map[string]time.Duration{"eu": 500 * time.Millisecond})
	want(http.DefaultClient, origin+"/recorder.js", 200)
	want(us, w.base(Zone)+"/api/session", 200)
	want(eu, w.base(Zone)+"/api/session", 503)
	want(eu, w.base(Zone)+"/recorder.js", 200)
	until(t, "the eu edge is good again", func() bool {
		status, _, _ := get(t, eu, w.base(Zone)+"/api/session")
		return status == 200
	})
	stored, _, _ := w.Customer.Counts()
	until(t, "the customer uploads again", func() bool { now, _, _ := w.Customer.Counts(); return now > stored })
}

// cutter is a long body in the middle of which the account is cut off.
type cutter struct {
	drip
	pieces int
	cut    func()
}

// Read gives the next of 50 pieces, which take 5 s.
func (c *cutter) Read(p []byte) (int, error) {
	if c.pieces++; c.pieces == 3 {
		c.cut()
	}
	if c.pieces > 50 {
		return 0, io.EOF
	}
	return c.drip.Read(p)
}

// TestUploadInProgressBreaksOff: the customer's connection is torn down in the middle, without any answer, and what
// had arrived is gone for good.
func TestUploadInProgressBreaksOff(t *testing.T) {
	w, _ := start(t)
	c := through(t, w, w.Edges[0])
	base := w.base(Zone) + "/uploads/mine"
	put := func(part string, body io.Reader) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, base+"/parts/"+part, body)
		if err != nil {
			t.Fatal(err)
		}
		return c.Do(req)
	}
	resp, err := put("1", strings.NewReader("all of it"))
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("part 1: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
	if status, _, body := get(t, c, base); status != 200 || body != `{"1":9}` {
		t.Errorf("what arrived is %d %q", status, body)
	}

	began := time.Now()
	resp, err = put("2", &cutter{drip: drip{t.Context()}, cut: w.Account.Revoke})
	if err == nil || time.Since(began) > 2*time.Second {
		t.Errorf("part 2 got %v, %v after %v", resp, err, time.Since(began))
	}
	w.Account.Restore(nil)
	if status, _, body := get(t, c, base); status != http.StatusNotFound {
		t.Errorf("what was lost is back: %d %q", status, body)
	}
}
