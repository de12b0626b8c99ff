package probetest

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"edgeprobe.io/firmware"
)

// handshaken is a check of a server's handshake and certificate, over which nothing may be sent.
func handshaken(cert func(Stage) tls.Certificate, change func(*tls.Config)) starter {
	return func(s Stage) Setup {
		cfg := &tls.Config{Certificates: []tls.Certificate{cert(s)}}
		if change != nil {
			change(cfg)
		}
		heard := make(chan int64, 2)
		up := handshake(ServeTLS(s, cfg, func(c net.Conn) {
			n, _ := io.Copy(io.Discard, c)
			heard <- n
		}))
		up.After = func(r firmware.Result) error {
			if !r.Outcome.OK() {
				return nil // the server's part of the handshake may have failed
			}
			if n := <-heard; n != 0 {
				return fmt.Errorf("%d bytes were sent after the handshake", n)
			}
			return nil
		}
		return up
	}
}

func handshake(address string) Setup {
	return Setup{Check: firmware.Check{Kind: "tls", TLS: &firmware.TLSCheck{Target: host + ":1", Address: address}}}
}

// bytesOnly is a check of a handshake at a server that has its own way with the bytes.
func bytesOnly(serve func(net.Conn)) starter {
	return func(s Stage) Setup { return handshake(Serve(s, serve)) }
}

func (s starter) shakes(change func(*firmware.TLSCheck)) starter {
	return s.check(func(c *firmware.Check) { change(c.TLS) })
}

func goodLeaf(s Stage) tls.Certificate { return s.CA.Leaf(s, host, nil) }

// tlsRows is what can be wrong with a handshake.
func tlsRows() []Behaviour {
	const ok, other, cut = firmware.OutcomeOK, firmware.OutcomeTLSOther, firmware.OutcomeReset
	most := func(version uint16) func(*tls.Config) { return func(c *tls.Config) { c.MaxVersion = version } }
	speaks := func(protocols ...string) func(*tls.Config) { return func(c *tls.Config) { c.NextProtos = protocols } }
	h2 := func(c *firmware.TLSCheck) { c.ALPN = []string{"h2", "http/1.1"} }
	tls13 := func(c *firmware.TLSCheck) { c.MinVersion = "1.3" }
	alert := func(number byte) starter {
		return bytesOnly(afterHello(func(c net.Conn) { c.Write([]byte{21, 3, 3, 0, 2, 2, number}) }))
	}
	after := func(text string) starter {
		return bytesOnly(afterHello(func(c net.Conn) { io.WriteString(c, text); Holds(c) }))
	}
	return append([]Behaviour{
		row("tls-nobody-listens", "nobody listens on the port", func(s Stage) Setup { return handshake(Refused(s)) }, firmware.OutcomeRefused),
		row("tls-blackhole", "connection attempts go unanswered", starter(func(s Stage) Setup { return handshake(Blackhole(s)) }).within(Short), firmware.OutcomeTCPTimeout),
		row("tls-silent", "reads and says nothing", bytesOnly(Holds).within(Short), firmware.OutcomeTLSTimeout),
		row("tls-vanishes", "is gone, without a goodbye", bytesOnly(Vanishes).within(Short), firmware.OutcomeTLSTimeout),
		row("tls-closes", "closes once it has the hello", bytesOnly(afterHello(func(net.Conn) {})), cut),
		row("tls-resets", "resets once it has the hello", bytesOnly(afterHello(Aborts)), cut),
		row("tls-speaks-http", "answers in HTTP", bytesOnly(func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); Holds(c) }), other),
		row("tls-garbage", "answers the hello with garbage", after("\x00\x01\x02\x03\x04 nothing like it"), other),
		row("tls-drips", "drips a handshake", bytesOnly(drips("\x16\x03\x03\x40\x00", "\x02", 20*time.Millisecond)).within(Short), firmware.OutcomeTLSTimeout),
		row("tls-half-a-hello", "closes in the middle of its hello", bytesOnly(afterHello(func(c net.Conn) { io.WriteString(c, "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03") })), cut),
		row("tls-hello-of-16-mb", "a hello that says it has 16 MB", after("\x16\x03\x03\x00\x04\x02\xff\xff\xff"), other),
		row("tls-record-too-large", "a record of 64 KB, more than can be", after("\x16\x03\x03\xff\xff\x02"), other),
		row("tls-flood-of-warnings", "warnings without end", bytesOnly(drips("", "\x15\x03\x03\x00\x02\x01\x5a", 0)), other).flooding(),
		row("tls-flood-of-empty-records", "empty records without end", bytesOnly(drips("", "\x16\x03\x03\x00\x00", 0)), other).flooding(),
		row("alert-handshake-failure", "ends the handshake: no common ground (alert 40)", alert(40), other).saying("handshake failure"),
		row("alert-internal-error", "ends the handshake: its own fault (alert 80)", alert(80), other).saying("internal error"),
		row("alert-unrecognized-name", "ends the handshake: no such name here (alert 112)", alert(112), other).saying("unrecognized name"),
		row("tls-old-only", "speaks TLS 1.0 and 1.1 only", handshaken(goodLeaf, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), other).
			saying("; TLS 1.1, certificate of shop.example by test root").certified(),
		row("tls-client-certificate", "TLS 1.2 that wants to know the client", handshaken(goodLeaf, func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12 }), other),
		row("alpn-refused", "speaks neither of the protocols offered", handshaken(goodLeaf, speaks("smtp")).shakes(h2), other).saying("certificate of shop.example").certified(),
	}, over(firmware.ConnFull,
		row("tls-good", "TLS 1.3", handshaken(goodLeaf, nil), ok).saying("TLS 1.3, certificate of shop.example by test root until "),
		row("tls12-will-do", "TLS 1.2 at best", handshaken(goodLeaf, most(tls.VersionTLS12)), ok).saying("TLS 1.2, "),
		row("tls12-will-not-do", "TLS 1.2 at best, and 1.3 is wanted", handshaken(goodLeaf, most(tls.VersionTLS12)).shakes(tls13), other).saying("agrees on TLS 1.2 at best, want TLS 1.3"),
		row("alpn-agreed", "speaks one of the protocols offered", handshaken(goodLeaf, speaks("http/1.1")).shakes(h2), ok).saying("ALPN http/1.1"),
		row("alpn-unheard-of", "chooses no protocol", handshaken(goodLeaf, nil).shakes(h2), other).saying("agrees on none of h2, http/1.1; TLS 1.3"),
		row("tls-ends-too-soon", "a certificate with fewer days left than wanted", handshaken(goodLeaf, nil).shakes(func(c *firmware.TLSCheck) { c.Days = 1 }), firmware.OutcomeTLSExpiring).timed().saying("want 1 days; TLS 1.3, certificate"),
		row("tls-rsa-exchange", "TLS 1.2 with the key exchange of RSA only, which browsers still take", handshaken(rsaLeaf(2048), func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}
		}), ok),
	)...)
}

// drips writes the text, and then more of it again and again, without having been asked.
func drips(text, more string, pause time.Duration) func(net.Conn) {
	piece := []byte(more)
	return func(c net.Conn) {
		for io.WriteString(c, text); pause == 0 || rests(c, pause); {
			if _, err := c.Write(piece); err != nil {
				return
			}
		}
	}
}

// rests returns true after the pause, whatever the peer says meanwhile, or false as soon as it is gone.
func rests(c net.Conn, pause time.Duration) bool {
	c.SetReadDeadline(time.Now().Add(pause))
	_, err := io.Copy(io.Discard, c)
	return os.IsTimeout(err)
}
