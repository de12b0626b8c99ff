package probe_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

const (
	long  = 10 * time.Second
	short = 300 * time.Millisecond
	page  = probetest.Page
)

// TestSlowGoodbye has a connection that takes no more once the answer is here: the polite end must not wait longer
// than the run may last.
func TestSlowGoodbye(t *testing.T) {
	ca := newAuthority(t)
	address := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.Leaf(t, "shop.example", nil)}}, says(page))
	via := loopback()
	dial := via.Dial
	via.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &clogged{Conn: c}, err
	}
	set := probe.Defaults()
	set.Roots = ca.Pool()
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
