package probe_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

func tlsCheck(target, address string, timeout time.Duration, change func(*firmware.TLSCheck)) firmware.Check {
	c := firmware.Check{
		Ref: firmware.CheckRef{Service: "shop", Name: "chain"}, Kind: "tls", Role: firmware.RoleEdge,
		Interval: 10 * time.Second, Timeout: timeout, TLS: &firmware.TLSCheck{Target: target, Address: address},
	}
	if change != nil {
		change(c.TLS)
	}
	return c
}

// TestTLS is a table of servers: what came of each, and what is said of its certificate.
func TestTLS(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	settings := probe.Defaults()
	settings.Roots = ca.pool()
	good := ca.leaf(t, "shop.example", nil)
	with := func(cert tls.Certificate, change func(*tls.Config)) *tls.Config {
		cfg := &tls.Config{Certificates: []tls.Certificate{cert}}
		if change != nil {
			change(cfg)
		}
		return cfg
	}
	expired := ca.leaf(t, "shop.example", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	future := ca.leaf(t, "shop.example", func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })
	client := ca.leaf(t, "shop.example", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	h2 := func(c *firmware.TLSCheck) { c.ALPN = []string{"h2", "http/1.1"} }
	for _, tc := range []struct {
		name   string
		server *tls.Config
		change func(*firmware.TLSCheck)
		want   firmware.Outcome
		detail string
	}{
		{"good", with(good, nil), nil, firmware.OutcomeOK, "TLS 1.3, certificate of shop.example by test root until "},
		{"TLS 1.2 will do", with(good, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), nil, firmware.OutcomeOK, "TLS 1.2, "},
		{"TLS 1.2 will not do", with(good, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }),
			func(c *firmware.TLSCheck) { c.MinVersion = "1.3" }, firmware.OutcomeTLSOther, "agrees on TLS 1.2 at best, want TLS 1.3"},
		{"old TLS only", with(good, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), nil,
			firmware.OutcomeTLSOther, "; TLS 1.1, certificate of shop.example by test root"},
		{"ALPN agreed", with(good, func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} }), h2, firmware.OutcomeOK, "ALPN http/1.1"},
		{"ALPN unknown to it", with(good, nil), h2, firmware.OutcomeTLSOther, "agrees on none of h2, http/1.1; TLS 1.3"},
		{"ALPN refused", with(good, func(c *tls.Config) { c.NextProtos = []string{"smtp"} }), h2, firmware.OutcomeTLSOther, "certificate of shop.example"},
		{"client certificate wanted", with(good, func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12 }), nil,
			firmware.OutcomeTLSOther, ""},
		{"ends too soon", with(good, nil), func(c *firmware.TLSCheck) { c.Days = 1 }, firmware.OutcomeTLSExpiring, "want 1 days; TLS 1.3, certificate"},
		{"expired", with(expired, nil), nil, firmware.OutcomeTLSExpired, "; certificate of shop.example by test root until "},
		{"not yet valid", with(future, nil), nil, firmware.OutcomeTLSExpired, "certificate of shop.example"},
		{"another name", with(ca.leaf(t, "other.example", nil), nil), nil, firmware.OutcomeTLSHostname, "certificate of other.example by test root"},
		{"another authority", with(other.leaf(t, "shop.example", nil), nil), nil, firmware.OutcomeTLSUnknownCA, "by test root"},
		{"self-signed", with(selfSigned(t, "shop.example"), nil), nil, firmware.OutcomeTLSUnknownCA, "certificate of nobody by itself until "},
		{"not a server's", with(client, nil), nil, firmware.OutcomeTLSOther, "certificate of shop.example"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			heard := make(chan int, 2)
			address := serveTLS(t, tc.server, func(c net.Conn) {
				n, _ := io.Copy(io.Discard, c)
				heard <- int(n)
			})
			r := do(t, prober(t, tlsCheck("shop.example:1", address, long, tc.change), loopback(), settings), long)
			if r.Outcome != tc.want || !strings.Contains(r.Detail, tc.detail) {
				t.Errorf("%v (%s), want %v (%s)", r.Outcome, r.Detail, tc.want, tc.detail)
			}
			if tc.detail != "" && r.Expires == 0 {
				t.Error("the certificate's end is not recorded")
			}
			if r.Outcome.OK() && (r.Conn != firmware.ConnFull || r.Phases.TLS == 0 || r.Phases.Connect == 0 || <-heard != 0) {
				t.Errorf("not a full handshake over which nothing is sent: %+v", r)
			}
		})
	}
}

// TestTLSWithoutTLS is what ends before any certificate.
func TestTLSWithoutTLS(t *testing.T) {
	for _, tc := range []struct {
		name    string
		address string
		timeout time.Duration
		want    firmware.Outcome
	}{
		{"refused", refused(t), long, firmware.OutcomeRefused},
		{"blackhole", blackhole(t), short, firmware.OutcomeTCPTimeout},
		{"silent", serve(t, func(c net.Conn) { io.Copy(io.Discard, c) }), short, firmware.OutcomeTLSTimeout},
		{"closes", serve(t, func(c net.Conn) { c.Read(make([]byte, 1)) }), long, firmware.OutcomeReset},
		{"speaks HTTP", serve(t, func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }), long, firmware.OutcomeTLSOther},
		{"drips a handshake", serve(t, repeats("\x16\x03\x03\x40\x00", "\x02", 20*time.Millisecond)), short, firmware.OutcomeTLSTimeout},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := do(t, prober(t, tlsCheck("shop.example:1", tc.address, tc.timeout, nil), loopback(), probe.Defaults()), tc.timeout)
			if r.Outcome != tc.want {
				t.Errorf("%v (%s), want %v", r.Outcome, r.Detail, tc.want)
			}
		})
	}
}

func tcpCheck(address, send, expect string, timeout time.Duration) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Service: "mail", Name: "banner"}, Kind: "tcp", Role: firmware.RoleEdge,
		Interval: 10 * time.Second, Timeout: timeout, TCP: &firmware.TCPCheck{Target: address, Send: send, Expect: expect, MaxBytes: 1000},
	}
}

func TestTCP(t *testing.T) {
	greets := func(text string) string {
		return serve(t, func(c net.Conn) {
			io.WriteString(c, text)
			io.Copy(io.Discard, c)
		})
	}
	echoes := serve(t, func(c net.Conn) { io.Copy(c, c) })
	for _, tc := range []struct {
		name, address, send, expect string
		timeout                     time.Duration
		want                        firmware.Outcome
		detail                      string
	}{
		{"connects", greets(""), "", "", long, firmware.OutcomeOK, ""},
		{"greets", greets("220 mail.example ESMTP\r\n"), "", "^220 ", long, firmware.OutcomeOK, ""},
		{"echoes", echoes, "PING\r\n", "PING", long, firmware.OutcomeOK, ""},
		{"sends only", echoes, "hunter2", "", long, firmware.OutcomeOK, ""},
		{"greets otherwise, stays", greets("554 hunter2\r\n"), "", "^220 ", short, firmware.OutcomeBodyMismatch, "the 13 bytes heard"},
		{"greets otherwise, goes", serve(t, func(c net.Conn) { io.WriteString(c, "554 no\r\n") }), "", "^220 ", long, firmware.OutcomeBodyMismatch, "the 8 bytes heard"},
		{"says nothing", greets(""), "", "^220 ", short, firmware.OutcomeTimeout, "no answer"},
		{"closes", serve(t, func(net.Conn) {}), "", "^220 ", long, firmware.OutcomeReset, "before answering"},
		{"floods", serve(t, func(c net.Conn) { io.WriteString(c, strings.Repeat("x", 1<<20)) }), "", "^220 ", long, firmware.OutcomeTooLarge, "first 1000 bytes"},
		{"in pieces", serve(t, func(c net.Conn) {
			for _, b := range "220 mail\r\n" {
				io.WriteString(c, string(b))
				waits(c, 5*time.Millisecond)
			}
		}), "", "mail\r\n$", long, firmware.OutcomeOK, ""},
		{"refused", refused(t), "", "", long, firmware.OutcomeRefused, ""},
		{"blackhole", blackhole(t), "", "", short, firmware.OutcomeTCPTimeout, ""},
		{"resets", serve(t, func(c net.Conn) {
			c.Read(make([]byte, 1))
			c.(*net.TCPConn).SetLinger(0)
		}), "hello", "x", long, firmware.OutcomeReset, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := do(t, prober(t, tcpCheck(tc.address, tc.send, tc.expect, tc.timeout), loopback(), probe.Defaults()), tc.timeout)
			if r.Outcome != tc.want || !strings.Contains(r.Detail, tc.detail) || strings.Contains(r.Detail, "hunter2") {
				t.Errorf("%v (%s), want %v (%s)", r.Outcome, r.Detail, tc.want, tc.detail)
			}
			if r.Outcome.OK() && (r.Conn != firmware.ConnPlain || r.Address != netip.MustParseAddr("127.0.0.1") || (tc.expect != "") != (r.Phases.Wait > 0)) {
				t.Errorf("not as it was: %+v", r)
			}
		})
	}
}

// TestEndpointResolves goes from a name to a greeting.
func TestEndpointResolves(t *testing.T) {
	port := netip.MustParseAddrPort(serve(t, func(c net.Conn) { io.WriteString(c, "220 \r\n") })).Port()
	via := loopback(resolver(t, answers(t, "mail.example. 60 IN A 127.0.0.1")))
	check := tcpCheck(fmt.Sprintf("mail.example:%d", port), "", "220", long)
	if r := do(t, prober(t, check, via, probe.Defaults()), long); !r.Outcome.OK() || r.Phases.Resolve == 0 {
		t.Errorf("%v (%s)", r.Outcome, r.Detail)
	}
	check.TCP.Target = fmt.Sprintf("gone.example:%d", port)
	if r := do(t, prober(t, check, loopback(resolver(t, rcode(0))), probe.Defaults()), long); r.Outcome != firmware.OutcomeDNSNoData || r.Address.IsValid() {
		t.Errorf("%v (%s)", r.Outcome, r.Detail)
	}
}
