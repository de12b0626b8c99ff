package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// tlsProbe makes one full handshake, judges it, and sends nothing over it.
type tlsProbe struct {
	endpoint
	clock   Clock
	strict  *tls.Config
	lenient *tls.Config // to look at a server that does not pass
	least   uint16
	days    int
}

func newTLS(check firmware.Check, _ Via, clock Clock, set Settings) (kind, error) {
	c := check.TLS
	if c == nil {
		return nil, errors.New("a check of kind tls says where to connect")
	}
	e, err := newEndpoint(c.Target, c.Address)
	if err != nil {
		return nil, err
	}
	t := &tlsProbe{endpoint: e, clock: clock, days: c.Days, strict: tlsConfig(e.name, clock, set)}
	switch c.MinVersion {
	case "", "1.2":
		t.least = tls.VersionTLS12
	case "1.3":
		t.least = tls.VersionTLS13
	default:
		return nil, fmt.Errorf("least TLS version %q is not 1.2 or 1.3", c.MinVersion)
	}
	if c.Days < 0 {
		return nil, errors.New("the days that the certificate must last are not negative")
	}
	if slices.ContainsFunc(c.ALPN, func(p string) bool { return p == "" || len(p) > 255 }) {
		return nil, errors.New("a protocol of ALPN has 1 to 255 bytes (RFC 7301)")
	}
	t.strict.NextProtos = slices.Clone(c.ALPN)
	t.lenient = lenient(e.name)
	return t, nil
}

// lenient agrees to anything, because nothing is ever sent over it.
func lenient(name string) *tls.Config {
	c := &tls.Config{ServerName: name, InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		c.CipherSuites = append(c.CipherSuites, suite.ID)
	}
	return c
}

func (t *tlsProbe) measure(ctx context.Context, r *run) error {
	conn, err := t.connect(ctx, r)
	if err != nil {
		return err
	}
	release := r.guard(conn)
	err = t.greet(ctx, r, conn)
	release()
	return r.narrowly(ctx, err, func(small net.Conn) error { return t.greet(ctx, r, small) })
}

// greet makes the handshake and judges it.
func (t *tlsProbe) greet(ctx context.Context, r *run, conn net.Conn) error {
	r.phase = phaseTLS
	began := time.Now()
	secure := tls.Client(conn, t.strict)
	err := secure.Handshake()
	r.result.Phases.TLS = span(began, time.Now())
	if err != nil {
		t.look(ctx, r, err)
		return doubt(err, t.strict, t.clock)
	}
	r.result.Conn = firmware.ConnFull
	state := secure.ConnectionState()
	r.shows(state)
	secure.Close() // says goodbye, as a browser does
	return t.judge(r, state)
}

// judge holds a handshake that verified to what the check wants beyond.
func (t *tlsProbe) judge(r *run, s tls.ConnectionState) error {
	end, left := lasts(s.VerifiedChains), time.Duration(t.days)*24*time.Hour
	past, _ := t.clock.Floor()
	switch {
	case s.Version < t.least:
		return &miss{firmware.OutcomeTLSOther, fmt.Sprintf("the server agrees on %s at best, want %s",
			tls.VersionName(s.Version), tls.VersionName(t.least))}
	case len(t.strict.NextProtos) > 0 && !slices.Contains(t.strict.NextProtos, s.NegotiatedProtocol):
		return &miss{firmware.OutcomeTLSOther, "the server agrees on none of " + strings.Join(t.strict.NextProtos, ", ")}
	case t.days > 0 && end.Before(past.Add(left)):
		r.lesser = &miss{firmware.OutcomeTLSExpiring, fmt.Sprintf("the certificate chain ends on %s, want %d days",
			end.UTC().Format(time.DateOnly), t.days)}
	}
	return nil
}

// lasts returns when the chain that lasts longest ends: with the first of its certificates.
func lasts(chains [][]*x509.Certificate) (end time.Time) {
	for _, chain := range chains {
		first := slices.MinFunc(chain, func(a, b *x509.Certificate) int { return a.NotAfter.Compare(b.NotAfter) })
		if first.NotAfter.After(end) {
			end = first.NotAfter
		}
	}
	return end
}

// look notes what a server shows that does not pass. A certificate that does not verify comes with the error,
// from the very handshake that failed; after any other failure a second handshake is made, which agrees to
// anything and over which nothing is sent.
func (t *tlsProbe) look(ctx context.Context, r *run, failure error) {
	if e, ok := errors.AsType[*tls.CertificateVerificationError](failure); ok {
		r.shows(tls.ConnectionState{PeerCertificates: e.UnverifiedCertificates})
		return
	}
	if out := classify(failure, r.phase, r.stopped()); out != firmware.OutcomeTLSOther {
		return // silence and resets say nothing of the certificate
	}
	conn, err := r.via.Dial(ctx, "tcp", r.remote.String())
	if err != nil {
		return
	}
	defer r.guard(conn)()
	held, err := bound(conn, r.deadline)
	if err != nil {
		return
	}
	secure := tls.Client(held, t.lenient)
	if secure.Handshake() == nil {
		r.shows(secure.ConnectionState())
	}
}
