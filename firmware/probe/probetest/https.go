package probetest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"time"

	"edgeprobe.io/firmware"
)

// webTLS is a server of HTTPS with a certificate of the table's authority, which spoil may spoil, set up as change says.
func webTLS(serve func(net.Conn), spoil func(*x509.Certificate), change func(*tls.Config)) starter {
	return func(s Stage) Setup { return shown(s, s.CA.Leaf(s, host, spoil), serve, change) }
}

// shown is a server of HTTPS that shows that certificate.
func shown(s Stage, cert tls.Certificate, serve func(net.Conn), change func(*tls.Config)) Setup {
	cfg := &tls.Config{Certificates: []tls.Certificate{cert}}
	if change != nil {
		change(cfg)
	}
	return secure(ServeTLS(s, cfg, serve))
}

// raw is a server on the port of HTTPS that has its own way with the bytes.
func raw(serve func(net.Conn)) starter {
	return func(s Stage) Setup { return secure(Serve(s, serve)) }
}

func secure(address string) Setup {
	up := page(address)
	up.Check.HTTP.URL = "https://" + host + "/"
	return up
}

// afterHello handles the connection once the client has said hello.
func afterHello(then func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		c.Read(make([]byte, 4096))
		then(c)
	}
}

// httpsRows is what can be wrong with HTTPS for those who want a page.
func httpsRows() []Behaviour {
	const ok, other, unknown = firmware.OutcomeOK, firmware.OutcomeTLSOther, firmware.OutcomeTLSUnknownCA
	soon := func(c *x509.Certificate) { c.NotAfter = time.Now().Add(36 * time.Hour).Truncate(time.Second) }
	for2days := func(c *firmware.HTTPCheck) { c.Days = 2 }
	versions := func(least, most uint16) func(*tls.Config) {
		return func(c *tls.Config) { c.MinVersion, c.MaxVersion = least, most }
	}
	short := "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"
	return append([]Behaviour{
		row("old-tls-only", "speaks TLS 1.0 and 1.1 only", webTLS(Says(Page), nil, versions(tls.VersionTLS10, tls.VersionTLS11)), other),
		row("expired", "a certificate that ended years ago", webTLS(Says(Page), expired, nil), firmware.OutcomeTLSExpired).certified(),
		row("just-expired", "a certificate that ended a minute ago", webTLS(Says(Page), gone, nil), firmware.OutcomeTLSExpired).certified().timed(),
		row("not-yet-valid", "a certificate that begins in a minute", webTLS(Says(Page), early, nil), firmware.OutcomeTLSExpired).certified().timed(),
		row("wrong-host", "a certificate for another name", webTLS(Says(Page), named("other.example"), nil), firmware.OutcomeTLSHostname).certified(),
		row("unknown-ca", "a certificate of an unknown authority", func(s Stage) Setup { return shown(s, NewAuthority(s).Leaf(s, host, nil), Says(Page), nil) }, unknown).certified(),
		row("self-signed", "a certificate that only it itself vouches for", func(s Stage) Setup { return shown(s, SelfSigned(s, host), Says(Page), nil) }, unknown).certified(),
		row("for-mail-only", "a certificate that is not for servers", webTLS(Says(Page), mailOnly, nil), other).certified(),
		row("speaks-no-tls", "answers in HTTP at once", raw(func(c net.Conn) { io.WriteString(c, Page); Holds(c) }), other),
		row("silent-in-the-handshake", "reads and says nothing", raw(Holds).within(Short), firmware.OutcomeTLSTimeout),
		row("vanishes-in-the-handshake", "is gone, without a goodbye", raw(Vanishes).within(Short), firmware.OutcomeTLSTimeout),
		row("closes-in-the-handshake", "closes once it has the hello", raw(afterHello(func(net.Conn) {})), firmware.OutcomeReset),
		row("resets-in-the-handshake", "resets at once", raw(Aborts), firmware.OutcomeReset),
		row("resets-after-hello", "resets once it has the hello", raw(afterHello(Aborts)), firmware.OutcomeReset),
	}, over(firmware.ConnFull,
		row("good", "TLS 1.3", webTLS(Says(Page), nil, nil), ok).status(200),
		row("tls12", "TLS 1.2 at best", webTLS(Says(Page), nil, versions(0, tls.VersionTLS12)), ok),
		row("wants-a-client-certificate", "TLS 1.3 that wants to know the client", webTLS(Says(Page), nil, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }), other),
		row("silent-after-the-handshake", "says nothing once asked", webTLS(SaysAndHolds(""), nil, nil).within(Short), firmware.OutcomeTimeout),
		row("vanishes-after-the-handshake", "is gone, without a goodbye, once asked", webTLS(func(c net.Conn) {
			if ReadRequest(c) {
				Vanishes(c)
			}
		}, nil, nil).within(Short), firmware.OutcomeTimeout),
		row("secure-stalls-in-the-body", "stalls in the body", webTLS(SaysAndHolds(short), nil, nil).within(Short), firmware.OutcomeStalled),
		row("secure-closes-in-the-body", "closes in the body", webTLS(Says(short), nil, nil), firmware.OutcomeReset),
		row("ends-in-36-hours", "a certificate with fewer days left than wanted", webTLS(Says(Page), soon, nil).asks(for2days), firmware.OutcomeTLSExpiring).timed(),
		row("ends-in-36-hours-unasked", "a certificate that ends soon, and no days are wanted", webTLS(Says(Page), soon, nil), ok),
		row("ends-in-36-hours-as-allowed", "a certificate with enough days left", webTLS(Says(Page), soon, nil).asks(func(c *firmware.HTTPCheck) { c.Days = 1 }), ok),
		row("ends-soon-and-wrong", "too few days left, and a wrong status", webTLS(Says(Answer(500, "", "")), soon, nil).asks(for2days), firmware.OutcomeHTTPStatus),
		row("ends-soon-and-slow", "too few days left, and over the latency bound", webTLS(SaysLate(Page, 60*time.Millisecond), soon, nil).asks(for2days).bounded(50*time.Millisecond), firmware.OutcomeSlow),
		row("speaks-both-http", "offers HTTP/2 and HTTP/1.1 to a check of HTTP/1.1", webTLS(Says(Page), nil, func(c *tls.Config) { c.NextProtos = []string{"h2", "http/1.1"} }), ok),
	)...)
}

func gone(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }

func early(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }

func mailOnly(c *x509.Certificate) {
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
}

// named makes a certificate one for other names.
func named(names ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.Subject.CommonName, c.DNSNames = names[0], names }
}
