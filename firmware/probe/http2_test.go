package probe_test

import (
	"bytes"
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
	"golang.org/x/net/http2/hpack"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// frames is a server's side of a connection, frame by frame.
type frames struct {
	*http2.Framer
	net.Conn
}

// asked reads up to the end of the request.
func (f frames) asked() bool {
	io.ReadFull(f.Conn, make([]byte, len(http2.ClientPreface)))
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return false
		}
		if ended, ok := frame.(interface{ StreamEnded() bool }); ok && ended.StreamEnded() {
			return true
		}
	}
}

func (f frames) head(end bool, fields ...string) {
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
	}
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: end})
}

// holdOn waits until the peer goes.
func (f frames) holdOn() { io.Copy(io.Discard, f.Conn) }

// TestHTTP2 is what servers do in frames, and what it is called.
func TestHTTP2(t *testing.T) {
	ca := newAuthority(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, "shop.example", nil)}, NextProtos: []string{"h2"}}
	flood := func(write func(frames) error) func(frames) {
		return func(f frames) {
			for write(f) == nil {
			}
		}
	}
	body := func(f frames, text string) { f.head(false, ":status", "200"); f.WriteData(1, true, []byte(text)) }
	for _, tc := range []struct {
		name    string
		serve   func(frames)
		timeout time.Duration
		change  func(*firmware.Check)
		want    firmware.Outcome
		detail  string
	}{
		{"page", func(f frames) { body(f, "hello") }, long, func(c *firmware.Check) { c.HTTP.ExpectBody = "^hello$" }, firmware.OutcomeOK, ""},
		{"empty page", func(f frames) { f.head(true, ":status", "204") }, long, nil, firmware.OutcomeOK, ""},
		{"early hints", func(f frames) { f.head(false, ":status", "103"); body(f, "hello") }, long, nil, firmware.OutcomeOK, ""},
		{"settings, pings and windows between", func(f frames) {
			f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 1})
			f.WritePing(false, [8]byte{1})
			f.WriteWindowUpdate(0, 10)
			body(f, "hello")
		}, long, nil, firmware.OutcomeOK, ""},
		{"trailers", func(f frames) {
			f.head(false, ":status", "200")
			f.WriteData(1, false, []byte("hello"))
			f.head(true, "x-sum", "1")
		}, long, nil, firmware.OutcomeOK, ""},
		{"503", func(f frames) { f.head(false, ":status", "503"); f.holdOn() }, long, nil, firmware.OutcomeHTTPStatus, "status 503"},
		{"wrong body", func(f frames) { body(f, "hello") }, long, func(c *firmware.Check) { c.HTTP.ExpectBody = "bye" }, firmware.OutcomeBodyMismatch, ""},
		{"too large", func(f frames) {
			f.head(false, ":status", "200")
			flood(func(f frames) error { return f.WriteData(1, false, make([]byte, 1000)) })(f)
		}, long, nil, firmware.OutcomeTooLarge, ""},
		{"reset", func(f frames) { f.WriteRSTStream(1, http2.ErrCodeRefusedStream); f.holdOn() }, long, nil, firmware.OutcomeReset, "REFUSED_STREAM"},
		{"reset in the body", func(f frames) {
			f.head(false, ":status", "200")
			f.WriteRSTStream(1, http2.ErrCodeInternal)
			f.holdOn()
		}, long, nil, firmware.OutcomeReset, "INTERNAL_ERROR"},
		{"GOAWAY", func(f frames) { f.WriteGoAway(0, http2.ErrCodeNo, nil); f.holdOn() }, long, nil, firmware.OutcomeReset, "GOAWAY, NO_ERROR"},
		{"GOAWAY in anger", func(f frames) { f.WriteGoAway(1, http2.ErrCodeEnhanceYourCalm, nil); f.holdOn() }, long, nil, firmware.OutcomeReset, "ENHANCE_YOUR_CALM"},
		{"GOAWAY after this one", func(f frames) { f.WriteGoAway(1, http2.ErrCodeNo, nil); body(f, "hello") }, long, nil, firmware.OutcomeOK, ""},
		{"silent", func(f frames) { f.holdOn() }, short, nil, firmware.OutcomeTimeout, ""},
		{"nothing but settings", func(f frames) { f.WriteSettings(); f.holdOn() }, short, nil, firmware.OutcomeTimeout, ""},
		{"stalls in the body", func(f frames) { f.head(false, ":status", "200"); f.holdOn() }, short, nil, firmware.OutcomeStalled, ""},
		{"closes before answering", func(frames) {}, long, nil, firmware.OutcomeReset, ""},
		{"closes in the body", func(f frames) { f.head(false, ":status", "200") }, long, nil, firmware.OutcomeReset, ""},
		{"shorter than it said", func(f frames) {
			f.head(false, ":status", "200", "content-length", "9")
			f.WriteData(1, true, []byte("hello"))
		}, long, nil, firmware.OutcomeReset, ""},
		{"body without header", func(f frames) { f.WriteData(1, true, []byte("hello")) }, long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"header without status", func(f frames) { f.head(true, "x", "y") }, long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"speaks HTTP/1.1 all the same", func(f frames) { io.WriteString(f.Conn, page); f.holdOn() }, long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"pushes", func(f frames) {
			f.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, EndHeaders: true})
			f.holdOn()
		}, long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"floods with settings", flood(func(f frames) error { return f.WriteSettings() }), long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"floods with pings", flood(func(f frames) error { return f.WritePing(false, [8]byte{}) }), long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"floods with hints", func(f frames) {
			for range 20 {
				f.head(false, ":status", "103")
			}
			f.holdOn()
		}, long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"floods with empty data", func(f frames) {
			f.head(false, ":status", "200")
			flood(func(f frames) error { return f.WriteData(1, false, nil) })(f)
		}, long, nil, firmware.OutcomeHTTPProtocol, ""},
		{"endless header", func(f frames) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}})
			flood(func(f frames) error { return f.WriteContinuation(1, false, bytes.Repeat([]byte{0x82}, 1000)) })(f)
		}, long, nil, firmware.OutcomeHTTPProtocol, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			address := serveTLS(t, cfg, func(c net.Conn) {
				f := frames{http2.NewFramer(c, c), c}
				if f.asked() {
					f.WriteSettings()
					tc.serve(f)
					c.(*tls.Conn).CloseWrite()
					f.holdOn()
				}
			})
			check := httpCheck("https://shop.example/", address, tc.timeout)
			check.HTTP.Protocol = 2
			if tc.change != nil {
				tc.change(&check)
			}
			set := probe.Defaults()
			set.Roots = ca.pool()
			r := do(t, prober(t, check, loopback(), set), tc.timeout)
			if r.Outcome != tc.want || !strings.Contains(r.Detail, tc.detail) {
				t.Errorf("%v (%s), want %v (%s)", r.Outcome, r.Detail, tc.want, tc.detail)
			}
			if r.Conn != firmware.ConnFull || r.Outcome.OK() && r.Phases.Wait == 0 {
				t.Errorf("told wrong: %+v", r)
			}
		})
	}
}

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

// TestNoHTTP2 has servers that do not speak what is measured: it is never taken for the other.
func TestNoHTTP2(t *testing.T) {
	ca := newAuthority(t)
	leaf := ca.leaf(t, "shop.example", nil)
	set := probe.Defaults()
	set.Roots = ca.pool()
	for _, tc := range []struct {
		offered  []string
		protocol int
		want     firmware.Outcome
	}{
		{nil, 2, firmware.OutcomeHTTPProtocol}, {[]string{"http/1.1"}, 2, firmware.OutcomeTLSOther}, {[]string{"h2", "http/1.1"}, 1, firmware.OutcomeOK},
	} {
		check := httpCheck("https://shop.example/", serveTLS(t, &tls.Config{Certificates: []tls.Certificate{leaf}, NextProtos: tc.offered}, says(page)), long)
		check.HTTP.Protocol = tc.protocol
		if r := do(t, prober(t, check, loopback(), set), long); r.Outcome != tc.want {
			t.Errorf("offered %q, HTTP/%d wanted: %v (%s), want %v", tc.offered, tc.protocol, r.Outcome, r.Detail, tc.want)
		}
	}
}

// TestHTTP2Windows has a server let every stream begin with more, and then with less, than the standard: a body is sent
// as far as that, and no further.
func TestHTTP2Windows(t *testing.T) {
	ca := newAuthority(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, "shop.example", nil)}, NextProtos: []string{"h2"}}
	set := probe.Defaults()
	set.Roots = ca.pool()
	for _, tc := range []struct {
		window, sent int
		timeout      time.Duration
		want         firmware.Outcome
	}{
		{100_000, 90_000, long, firmware.OutcomeOK}, {80_000, 80_000, short, firmware.OutcomeTimeout}, {1000, 65_535, short, firmware.OutcomeTimeout},
	} {
		got := make(chan int, 1)
		address := serveTLS(t, cfg, func(c net.Conn) {
			f, sum, ended := frames{http2.NewFramer(c, c), c}, 0, false
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
			f.head(true, ":status", "200")
			f.holdOn()
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
