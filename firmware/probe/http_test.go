package probe_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

const (
	long  = 10 * time.Second
	short = 300 * time.Millisecond
	page  = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\nhello world\n"
)

// TestAnswers is what servers do, over plain TCP, and what it is called.
func TestAnswers(t *testing.T) {
	for _, tc := range []struct {
		name    string
		serve   func(net.Conn)
		timeout time.Duration
		change  func(*firmware.Check)
		want    firmware.Outcome
	}{
		{"page", says(page), long, nil, firmware.OutcomeOK},
		{"page without length", says("HTTP/1.1 200 OK\r\n\r\nhello"), long, nil, firmware.OutcomeOK},
		{"chunked page", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), long, nil, firmware.OutcomeOK},
		{"early hints", says("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page), long, nil, firmware.OutcomeOK},
		{"500", says("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), long, nil, firmware.OutcomeHTTPStatus},
		{"503 that never ends", saysAndHolds("HTTP/1.1 503 Oops\r\nContent-Length: 5\r\n\r\n"), long, nil, firmware.OutcomeHTTPStatus},
		{"redirect", says("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"), long, nil, firmware.OutcomeHTTPStatus},
		{"redirect as expected", says("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"), long,
			func(c *firmware.Check) { c.HTTP.Status = []int{301, 302} }, firmware.OutcomeOK},
		{"wrong body", says(page), long, func(c *firmware.Check) { c.HTTP.ExpectBody = "good ?bye" }, firmware.OutcomeBodyMismatch},
		{"right body", says(page), long, func(c *firmware.Check) { c.HTTP.ExpectBody = "w.rld" }, firmware.OutcomeOK},
		{"header missing", says(page), long, func(c *firmware.Check) { c.HTTP.ExpectHead = map[string]string{"X-Cache": ""} }, firmware.OutcomeHTTPHeader},
		{"header wrong", says(page), long, func(c *firmware.Check) { c.HTTP.ExpectHead = map[string]string{"content-type": "json"} }, firmware.OutcomeHTTPHeader},
		{"header right", says(page), long, func(c *firmware.Check) { c.HTTP.ExpectHead = map[string]string{"content-type": "^text/"} }, firmware.OutcomeOK},
		{"too large", says(page), long, func(c *firmware.Check) { c.HTTP.MaxBytes = 11 }, firmware.OutcomeTooLarge},
		{"just not too large", says(page), long, func(c *firmware.Check) { c.HTTP.MaxBytes = 12 }, firmware.OutcomeOK},
		{"endless body", repeats("HTTP/1.1 200 OK\r\n\r\n", strings.Repeat("x", 4096), 0), long, nil, firmware.OutcomeTooLarge},
		{"endless dripping body", repeats("HTTP/1.1 200 OK\r\n\r\n", "x", 20*time.Millisecond), short, nil, firmware.OutcomeStalled},
		{"stalled body", saysAndHolds("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello"), short, nil, firmware.OutcomeStalled},
		{"stalled header", saysAndHolds("HTTP/1.1 200 OK\r\nContent-"), short, nil, firmware.OutcomeStalled},
		{"dripping header", repeats("HTTP/1.1 200 OK\r\nX: ", "y", 20*time.Millisecond), short, nil, firmware.OutcomeStalled},
		{"endless header", repeats("HTTP/1.1 200 OK\r\n", "X-Y: "+strings.Repeat("z", 1000)+"\r\n", 0), long, nil, firmware.OutcomeHTTPProtocol},
		{"too many hints", says(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 9) + page), long, nil, firmware.OutcomeHTTPProtocol},
		{"1xx flood", repeats("", "HTTP/1.1 100 Continue\r\n\r\n", 0), long, nil, firmware.OutcomeHTTPProtocol},
		{"switched protocols", says("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), long, nil, firmware.OutcomeHTTPProtocol},
		{"silent", saysAndHolds(""), short, nil, firmware.OutcomeTimeout},
		{"garbage", says("\x00\x01\x02 nothing like it\r\n\r\n"), long, nil, firmware.OutcomeHTTPProtocol},
		{"another protocol", says("220 mail.example ESMTP\r\n"), long, nil, firmware.OutcomeHTTPProtocol},
		{"content-length no number", says("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello"), long, nil, firmware.OutcomeHTTPProtocol},
		{"content-length too long", says("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"), long, nil, firmware.OutcomeReset},
		{"broken chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"), long, nil, firmware.OutcomeHTTPProtocol},
		{"closed before answering", says(""), long, nil, firmware.OutcomeReset},
		{"closed in the header", says("HTTP/1.1 200 O"), long, nil, firmware.OutcomeReset},
		{"reset before answering", func(c net.Conn) { readRequest(c); c.(*net.TCPConn).SetLinger(0) }, long, nil, firmware.OutcomeReset},
		{"reset in the body", resets("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"), long, nil, firmware.OutcomeReset},
		{"slow", func(c net.Conn) {
			if readRequest(c) && waits(c, 60*time.Millisecond) {
				io.WriteString(c, page)
			}
		}, long, func(c *firmware.Check) { c.MaxLatency = 50 * time.Millisecond }, firmware.OutcomeSlow},
		{"slow and wrong is wrong", func(c net.Conn) {
			if readRequest(c) && waits(c, 60*time.Millisecond) {
				io.WriteString(c, page)
			}
		}, long, func(c *firmware.Check) { c.MaxLatency, c.HTTP.Status = 50*time.Millisecond, []int{204} }, firmware.OutcomeHTTPStatus},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			check := httpCheck("http://shop.example/", serve(t, tc.serve), tc.timeout)
			if tc.change != nil {
				tc.change(&check)
			}
			r := do(t, prober(t, check, loopback(), probe.Defaults()), tc.timeout)
			if r.Outcome != tc.want {
				t.Errorf("outcome %v (%s), want %v", r.Outcome, r.Detail, tc.want)
			}
			if r.Conn != firmware.ConnPlain || r.Address.String() != "127.0.0.1" || r.Phases.Connect == 0 || r.Phases.Resolve != 0 || r.Phases.TLS != 0 {
				t.Errorf("connection told wrong: %+v", r)
			}
		})
	}
}

// resets answers with the text and resets once the peer has read it.
func resets(text string) func(net.Conn) {
	return func(c net.Conn) {
		if readRequest(c) {
			io.WriteString(c, text)
			waits(c, 50*time.Millisecond)
			c.(*net.TCPConn).SetLinger(0)
		}
	}
}

func TestConnections(t *testing.T) {
	for _, tc := range []struct {
		name    string
		address func(testing.TB) string
		want    firmware.Outcome
	}{
		{"refused", refused, firmware.OutcomeRefused},
		{"blackhole", blackhole, firmware.OutcomeTCPTimeout},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := do(t, prober(t, httpCheck("http://shop.example/", tc.address(t), short), loopback(), probe.Defaults()), short)
			if r.Outcome != tc.want || r.Conn != firmware.ConnNone || r.Address.IsValid() {
				t.Errorf("%+v, want %v", r, tc.want)
			}
		})
	}
}

// TestHandshakes is what can be wrong with TLS.
func TestHandshakes(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	with := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }
	good := ca.leaf(t, "shop.example", nil)
	expired := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = c.NotBefore.Add(-time.Hour), time.Now().Add(-time.Minute)
	}
	early := func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }
	mail := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} }
	self := selfSigned(t, "shop.example")
	needsClient := with(good)
	needsClient.ClientAuth = tls.RequireAnyClientCert
	old := with(good)
	old.MaxVersion = tls.VersionTLS12
	older := with(good)
	older.MinVersion, older.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	for _, tc := range []struct {
		name    string
		address string
		timeout time.Duration
		want    firmware.Outcome
		expires bool
	}{
		{"good", serveTLS(t, with(good), says(page)), long, firmware.OutcomeOK, true},
		{"good TLS 1.2", serveTLS(t, old, says(page)), long, firmware.OutcomeOK, true},
		{"only TLS 1.1", serveTLS(t, older, says(page)), long, firmware.OutcomeTLSOther, false},
		{"expired", serveTLS(t, with(ca.leaf(t, "shop.example", expired)), says(page)), long, firmware.OutcomeTLSExpired, true},
		{"not yet valid", serveTLS(t, with(ca.leaf(t, "shop.example", early)), says(page)), long, firmware.OutcomeTLSExpired, true},
		{"wrong host", serveTLS(t, with(ca.leaf(t, "other.example", nil)), says(page)), long, firmware.OutcomeTLSHostname, true},
		{"unknown CA", serveTLS(t, with(stranger.leaf(t, "shop.example", nil)), says(page)), long, firmware.OutcomeTLSUnknownCA, true},
		{"self-signed", serveTLS(t, with(self), says(page)), long, firmware.OutcomeTLSUnknownCA, true},
		{"for mail only", serveTLS(t, with(ca.leaf(t, "shop.example", mail)), says(page)), long, firmware.OutcomeTLSOther, true},
		{"wants a client certificate", serveTLS(t, needsClient, says(page)), long, firmware.OutcomeTLSOther, true},
		{"speaks no TLS", serve(t, func(c net.Conn) { io.WriteString(c, page); io.Copy(io.Discard, c) }), long, firmware.OutcomeTLSOther, false},
		{"silent in the handshake", serve(t, func(c net.Conn) { io.Copy(io.Discard, c) }), short, firmware.OutcomeTLSTimeout, false},
		{"closes in the handshake", serve(t, func(c net.Conn) { c.Read(make([]byte, 4096)) }), long, firmware.OutcomeReset, false},
		{"resets in the handshake", serve(t, func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }), long, firmware.OutcomeReset, false},
		{"stalls after the handshake", serveTLS(t, with(good), saysAndHolds("")), short, firmware.OutcomeTimeout, true},
		{"stalls in the body", serveTLS(t, with(good), saysAndHolds("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")), short, firmware.OutcomeStalled, true},
		{"closes in the body", serveTLS(t, with(good), says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi")), long, firmware.OutcomeReset, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			set := probe.Defaults()
			set.Roots = ca.pool()
			r := do(t, prober(t, httpCheck("https://shop.example/", tc.address, tc.timeout), loopback(), set), tc.timeout)
			if r.Outcome != tc.want || (r.Expires != 0) != tc.expires {
				t.Errorf("outcome %v (%s), certificate seen %v; want %v, %v", r.Outcome, r.Detail, r.Expires != 0, tc.want, tc.expires)
			}
			if r.Outcome.OK() && (r.Conn != firmware.ConnFull || r.Phases.TLS == 0) {
				t.Errorf("connection told wrong: %+v", r)
			}
		})
	}
}

// TestSlowGoodbye has a connection that takes no more once the answer is here: the polite end must not wait longer
// than the run may last.
func TestSlowGoodbye(t *testing.T) {
	ca := newAuthority(t)
	address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.leaf(t, "shop.example", nil)}}, says(page))
	via := loopback()
	dial := via.Dial
	via.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &clogged{Conn: c}, err
	}
	set := probe.Defaults()
	set.Roots = ca.pool()
	if r := do(t, prober(t, httpCheck("https://shop.example/", address, short), via, set), short); !r.Outcome.OK() {
		t.Errorf("%v (%s), want ok", r.Outcome, r.Detail)
	}
}

// clogged is a connection whose writes hang until their deadline once something came after the third: hello,
// handshake's end and request go through.
type clogged struct {
	net.Conn
	writes   int
	deadline time.Time
}

func (c *clogged) SetDeadline(t time.Time) error { c.deadline = t; return c.Conn.SetDeadline(t) }
func (c *clogged) SetWriteDeadline(t time.Time) error {
	c.deadline = t
	return c.Conn.SetWriteDeadline(t)
}

func (c *clogged) Write(p []byte) (int, error) {
	if c.writes++; c.writes <= 3 {
		return c.Conn.Write(p)
	}
	<-time.After(time.Until(c.deadline))
	return 0, os.ErrDeadlineExceeded
}

func TestStoppedRunIsNoFault(t *testing.T) {
	for name, address := range map[string]string{
		"in the body":    serve(t, saysAndHolds("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nhello")),
		"while silent":   serve(t, saysAndHolds("")),
		"in the connect": blackhole(t),
	} {
		t.Run(name, func(t *testing.T) {
			p := prober(t, httpCheck("http://shop.example/", address, long), loopback(), probe.Defaults())
			ctx, cancel := context.WithCancel(t.Context())
			timer := time.AfterFunc(50*time.Millisecond, cancel)
			defer timer.Stop()
			if r := p.Do(ctx); r.Outcome != firmware.OutcomeLocalFault || r.Took > long/2 {
				t.Errorf("%+v, want a local fault at once", r)
			}
			short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if r := p.Do(short); r.Outcome != firmware.OutcomeLocalFault || r.Took > long/2 {
				t.Errorf("with less time than its own: %+v, want a local fault", r)
			}
		})
	}
}

func TestResultTellsThePage(t *testing.T) {
	head := "HTTP/1.1 200 OK\r\nAge: 412\r\nCache-Control: max-age=3600\r\nX-Cache: HIT\r\nContent-Length: 19\r\n\r\n"
	answers := make(chan string, 3)
	for _, body := range []string{"<p>build 17 shop</p", "<p>build 17 shop</p", "<p>build 18 shop</p"} {
		answers <- head + body
	}
	check := httpCheck("http://shop.example/a?secret=1", serve(t, func(c net.Conn) { says(<-answers)(c) }), long)
	check.HTTP.Marker = `build \d+`
	p := prober(t, check, loopback(), probe.Defaults())
	a, b, c := do(t, p, long), do(t, p, long), do(t, p, long)
	if a.Status != 200 || a.Bytes != 19 || a.Marker == 0 || a.Marker != b.Marker || b.Marker == c.Marker {
		t.Errorf("markers %d %d %d of %+v", a.Marker, b.Marker, c.Marker, a)
	}
	if want := (firmware.CacheEvidence{State: firmware.CacheHit, Aged: true, Age: 412 * time.Second, Fresh: 3188 * time.Second}); a.Cache != want {
		t.Errorf("cache %+v, want %+v", a.Cache, want)
	}
	if a.Check != check.Ref || a.Uplink != "lo" || a.Phases.Wait == 0 || a.Phases.Transfer == 0 {
		t.Errorf("%+v", a)
	}
}

// TestRequest is the server's view.
func TestRequest(t *testing.T) {
	heard := make(chan string, 1)
	check := httpCheck("http://shop.example:8080/a/b?c=d", serve(t, func(c net.Conn) {
		buf := make([]byte, 4096)
		n, _ := c.Read(buf)
		heard <- string(buf[:n])
		io.WriteString(c, page)
	}), long)
	check.HTTP.Method, check.HTTP.Body = "POST", "part 1"
	check.HTTP.Headers = map[string]string{"X-Probe": "token", "user-agent": "mine/2", "host": "inner.example"}
	do(t, prober(t, check, loopback(), probe.Defaults()), long)
	got := <-heard
	for _, line := range []string{"POST /a/b?c=d HTTP/1.1\r\n", "\r\nHost: inner.example\r\n", "\r\nUser-Agent: mine/2\r\n", "\r\nX-Probe: token\r\n",
		"\r\nConnection: close\r\n", "\r\nAccept-Encoding: identity\r\n", "\r\nContent-Length: 6\r\n", "\r\n\r\npart 1"} {
		if !strings.Contains(got, line) {
			t.Errorf("the request lacks %q:\n%s", line, got)
		}
	}
}

// TestNothingSecretIsSaid has a server echo the request in whatever way it can.
func TestNothingSecretIsSaid(t *testing.T) {
	for _, answer := range []string{"HTTP/1.1 500 hunter2\r\n\r\n", "hunter2\r\n\r\n", "HTTP/1.1 200 OK\r\nhunter2\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: hunter2\r\n\r\n", "HTTP/1.1 hunter2\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: hunter2\r\n\r\n"} {
		check := httpCheck("http://shop.example/?k=hunter2", serve(t, says(answer)), long)
		check.HTTP.Headers = map[string]string{"X-Probe": "hunter2"}
		if r := do(t, prober(t, check, loopback(), probe.Defaults()), long); r.Outcome.OK() || strings.Contains(r.Detail, "hunter2") {
			t.Errorf("answer %q: %v, detail %q", answer, r.Outcome, r.Detail)
		}
	}
}
