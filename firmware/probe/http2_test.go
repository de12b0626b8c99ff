package probe_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

// TestHTTP2Server has Go's own server on the other side, which holds its peers to the rules.
func TestHTTP2Server(t *testing.T) {
	large := strings.Repeat("x", 300_000) // more than both first windows
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		w.Header().Set("Cache-Status", "edge; hit; ttl=7")
		fmt.Fprintf(w, "%s %s %s %q %q %v ", r.Proto, r.Method, r.Host, r.Header.Get("X-Probe"), r.URL.RequestURI(), string(got) == large)
		io.WriteString(w, large)
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	check := httpCheck("https://example.com/a?b=c", srv.Listener.Addr().String(), long)
	check.HTTP.Protocol, check.HTTP.Method, check.HTTP.Body, check.HTTP.Nonce = 2, "POST", large, true
	check.HTTP.Headers = map[string]string{"X-Probe": "me"}
	check.HTTP.ExpectBody = `^HTTP/2.0 POST example.com "me" "/a\?b=c&edgeprobe=[0-9a-f]{16}" true x`
	set := probe.Defaults()
	set.Roots = srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	p := prober(t, check, loopback(), set)
	for _, conn := range []firmware.Conn{firmware.ConnFull, firmware.ConnResumed} {
		r := do(t, p, long)
		if !r.Outcome.OK() || r.Conn != conn || r.Bytes < 300_000 || r.Cache.State != firmware.CacheHit {
			t.Errorf("%v (%s) over %v, %d bytes, cache %v", r.Outcome, r.Detail, r.Conn, r.Bytes, r.Cache.State)
		}
	}
}

// TestHTTP2Windows has a server let every stream begin with more, and then with less, than the standard: a body is sent
// as far as that, and no further.
func TestHTTP2Windows(t *testing.T) {
	ca := newAuthority(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.Leaf(t, "shop.example", nil)}, NextProtos: []string{"h2"}}
	set := probe.Defaults()
	set.Roots = ca.Pool()
	for _, tc := range []struct {
		window, sent int
		timeout      time.Duration
		want         firmware.Outcome
	}{
		{100_000, 90_000, long, firmware.OutcomeOK}, {80_000, 80_000, short, firmware.OutcomeTimeout}, {1000, 65_535, short, firmware.OutcomeTimeout},
	} {
		got := make(chan int, 1)
		address := serveTLS(t, cfg, func(c net.Conn) {
			f, sum, ended := probetest.NewFrames(c), 0, false
			f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(tc.window)})
			f.WriteWindowUpdate(0, 1_000_000)
			io.ReadFull(c, make([]byte, len(http2.ClientPreface)))
			for !ended {
				frame, err := f.ReadFrame()
				if err != nil {
					break
				}
				if d, ok := frame.(*http2.DataFrame); ok {
					sum, ended = sum+len(d.Data()), d.StreamEnded()
				}
			}
			got <- sum
			f.Head(true, ":status", "200")
			f.HoldOn()
		})
		check := httpCheck("https://shop.example/", address, tc.timeout)
		check.HTTP.Protocol, check.HTTP.Method, check.HTTP.Body = 2, "POST", strings.Repeat("x", 90_000)
		p, err := probe.New(check, loopback(), realClock(t), set)
		if err != nil {
			t.Fatal(err)
		}
		r := p.Do(t.Context())
		if sent := <-got; r.Outcome != tc.want || sent != tc.sent {
			t.Errorf("window %d: %v (%s) after %d bytes, want %v after %d", tc.window, r.Outcome, r.Detail, sent, tc.want, tc.sent)
		}
		p.Close()
	}
}
