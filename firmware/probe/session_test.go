package probe_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/probe/probetest"
)

// handClock is moved by the test.
type handClock struct {
	up  time.Duration
	now time.Time

	unset bool      // nobody has set it
	past  time.Time // has certainly passed, all the same
}

func (c *handClock) Now() firmware.Stamp      { return firmware.Stamp{Boot: firmware.BootID{1}, Up: c.up} }
func (c *handClock) TLSTime() time.Time       { return c.now.Add(c.up) }
func (c *handClock) Floor() (time.Time, bool) { return c.past, !c.unset }
func (c *handClock) pass(d time.Duration)     { c.up += d }

// shop is a TLS server whose answer and certificate can be changed.
type shop struct {
	ca      *probetest.Authority
	cert    atomic.Pointer[tls.Certificate]
	broken  atomic.Bool
	resumed atomic.Int64 // handshakes that the server saw resumed
	address string
}

func newShop(t *testing.T, version uint16) *shop {
	s := &shop{ca: newAuthority(t)}
	c := s.ca.Leaf(t, "shop.example", nil)
	s.cert.Store(&c)
	s.address = serveTLS(t, &tls.Config{
		MaxVersion:     version,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.cert.Load(), nil },
	}, func(c net.Conn) {
		if c.(*tls.Conn).ConnectionState().DidResume {
			s.resumed.Add(1)
		}
		if !readRequest(c) {
			return
		}
		if s.broken.Load() {
			io.WriteString(c, "HTTP/1.1 503 Oops\r\nContent-Length: 0\r\n\r\n")
			return
		}
		io.WriteString(c, page)
	})
	return s
}

func (s *shop) prober(t *testing.T, c probe.Clock, change func(*probe.Settings)) probe.Prober {
	set := probe.Defaults()
	set.Roots = s.ca.Pool()
	if change != nil {
		change(&set)
	}
	p, err := probe.New(httpCheck("https://shop.example/", s.address, long), loopback(), c, set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// TestResumption holds the rule of when a proof is due, with a check each 10 s.
func TestResumption(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		s, c := newShop(t, version), &handClock{up: time.Minute, now: time.Now()}
		p := s.prober(t, c, nil)
		step := func(what string, pass time.Duration, outcome firmware.Outcome, conn firmware.Conn) {
			t.Helper()
			c.pass(pass)
			if r := p.Do(t.Context()); r.Outcome != outcome || r.Conn != conn || r.Expires == 0 {
				t.Errorf("%s: %v over a connection %v (%s), want %v over %v", what, r.Outcome, r.Conn, r.Detail, outcome, conn)
			}
		}
		step("first", 0, firmware.OutcomeOK, firmware.ConnFull)
		step("at once", 0, firmware.OutcomeOK, firmware.ConnResumed)
		step("next interval", 10*time.Second, firmware.OutcomeOK, firmware.ConnResumed)
		step("proof due", 9*time.Second, firmware.OutcomeOK, firmware.ConnFull)
		s.broken.Store(true)
		step("cheap run fails", time.Second, firmware.OutcomeHTTPStatus, firmware.ConnResumed)
		step("proven at once", 0, firmware.OutcomeHTTPStatus, firmware.ConnFull)
		step("and again", 0, firmware.OutcomeHTTPStatus, firmware.ConnFull)
		s.broken.Store(false)
		step("good again", 0, firmware.OutcomeOK, firmware.ConnFull)
		step("cheap again", 0, firmware.OutcomeOK, firmware.ConnResumed)
		if got := s.resumed.Load(); got != 4 {
			t.Errorf("the server saw %d resumed handshakes, want 4", got)
		}
	}
}

func TestNoResumptionWhenOff(t *testing.T) {
	s := newShop(t, tls.VersionTLS13)
	p := s.prober(t, realClock(t), func(set *probe.Settings) { set.Resume, set.X25519 = false, true })
	for range 3 {
		if r := do(t, p, long); r.Conn != firmware.ConnFull {
			t.Errorf("connection %v, want full", r.Conn)
		}
	}
}

// TestBadCertificateIsFound changes the certificate under a resuming prober.
func TestBadCertificateIsFound(t *testing.T) {
	s, c := newShop(t, tls.VersionTLS13), &handClock{up: time.Minute, now: time.Now()}
	p := s.prober(t, c, nil)
	p.Do(t.Context())
	other := newAuthority(t).Leaf(t, "shop.example", nil)
	s.cert.Store(&other)
	c.pass(20 * time.Second)
	if r := p.Do(t.Context()); r.Outcome != firmware.OutcomeTLSUnknownCA {
		t.Errorf("%v, want the new certificate to be found within two intervals", r.Outcome)
	}
}

// TestResumedSessionExpires lets the certificate end under a session that may still be resumed.
func TestResumedSessionExpires(t *testing.T) {
	s, c := newShop(t, tls.VersionTLS13), &handClock{up: time.Minute, now: time.Now()}
	soon := s.ca.Leaf(t, "shop.example", func(x *x509.Certificate) { x.NotAfter = c.TLSTime().Add(5 * time.Second) })
	s.cert.Store(&soon)
	p := s.prober(t, c, nil)
	if r := p.Do(t.Context()); !r.Outcome.OK() {
		t.Fatal(r)
	}
	c.pass(7 * time.Second)
	if r := p.Do(t.Context()); r.Outcome != firmware.OutcomeTLSExpired {
		t.Errorf("%v over %v, want the end of the certificate to be found", r.Outcome, r.Conn)
	}
}

// TestServerThatInsists has a server take nothing but the key share that resumed handshakes leave out: one run
// may find that out, no later one.
func TestServerThatInsists(t *testing.T) {
	ca := newAuthority(t)
	address := serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{ca.Leaf(t, "shop.example", nil)}, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768},
	}, says(page))
	set := probe.Defaults()
	set.Roots = ca.Pool()
	p := prober(t, httpCheck("https://shop.example/", address, long), loopback(), set)
	var got []firmware.Conn
	for range 5 {
		got = append(got, do(t, p, long).Conn)
	}
	if want := []firmware.Conn{firmware.ConnFull, firmware.ConnNone, firmware.ConnFull, firmware.ConnResumed, firmware.ConnResumed}; !slices.Equal(got, want) {
		t.Errorf("connections %v, want %v", got, want)
	}
}
