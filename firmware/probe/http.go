package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
)

// httpProbe makes one HTTP/1.1 request over a fresh connection of its own, so that every phase is exact and the
// certificate is the one that customers get now. Redirects are answers, not followed.
type httpProbe struct {
	target  target
	asks    []question // empty: nothing to resolve
	lookup  lookup
	request *http.Request // tells the reader of the answer what was asked
	raw     []byte        // the same as bytes
	expect  expectations
	tls     *tls.Config // for full handshakes; nil: plain HTTP
	light   *tls.Config // for resumed ones
	session session

	in   *bufio.Reader
	head headLimit
	body []byte
}

func newHTTP(check firmware.Check, _ Via, clock Clock, set Settings) (kind, error) {
	c := check.HTTP
	if c == nil {
		return nil, errors.New("a check of kind http says what to request")
	}
	t, err := newTarget(c)
	if err != nil {
		return nil, err
	}
	h := &httpProbe{target: t, session: newSession(set.Resume, check.Interval), in: bufio.NewReaderSize(nil, readBuffer)}
	if t.resolves() {
		if h.asks, err = t.questions(); err != nil {
			return nil, err
		}
	}
	if h.request, h.raw, err = newRequest(c, t, set.UserAgent); err != nil {
		return nil, err
	}
	if h.expect, err = newExpectations(c); err != nil {
		return nil, err
	}
	if t.secure {
		h.tls = tlsConfig(t.name, clock, set)
		if set.Resume {
			h.tls.ClientSessionCache = &h.session
		}
		h.light = lighter(h.tls)
	}
	return h, nil
}

func tlsConfig(name string, clock Clock, set Settings) *tls.Config {
	c := &tls.Config{
		ServerName: name,
		RootCAs:    set.Roots,
		Time:       clock.TLSTime,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
	}
	if set.X25519 {
		c.CurvePreferences = []tls.CurveID{tls.X25519}
	}
	return c
}

// lighter leaves out the post-quantum key share (X25519MLKEM768), a third of a resumed handshake's CPU time and
// 2.3 KB. That a server takes what a browser offers is proven by the full handshakes.
func lighter(full *tls.Config) *tls.Config {
	c := full.Clone()
	if c.CurvePreferences == nil {
		c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
	}
	return c
}

func (h *httpProbe) close() error {
	h.session.bad()
	return nil
}

func (h *httpProbe) measure(ctx context.Context, r *run) error {
	err := h.once(ctx, r)
	if err != nil {
		h.session.bad()
		return err
	}
	h.session.good(r.result.Start, r.remote, r.result.Conn)
	return nil
}

func (h *httpProbe) once(ctx context.Context, r *run) error {
	addrs, err := h.resolve(ctx, r)
	if err != nil {
		return err
	}
	began := time.Now()
	conn, err := r.dial(ctx, addrs)
	r.result.Phases.Connect = span(began, time.Now())
	if err != nil {
		return err
	}
	defer r.guard(conn)()
	if h.tls == nil {
		r.result.Conn = firmware.ConnPlain
		return h.exchange(r, conn)
	}
	secure, err := h.handshake(r, conn)
	if err != nil {
		return err
	}
	err = h.exchange(r, secure)
	secure.Close() // says goodbye, as a browser does
	return err
}

// resolve returns the addresses to try.
func (h *httpProbe) resolve(ctx context.Context, r *run) ([]netip.AddrPort, error) {
	if len(h.asks) == 0 {
		return []netip.AddrPort{h.target.address}, nil
	}
	began := time.Now()
	defer func() { r.result.Phases.Resolve = span(began, time.Now()) }()
	for i, q := range h.asks {
		rep, err := h.lookup.ask(ctx, r, q)
		r.result.Address = netip.Addr{} // the resolver's; a check of the web reaches nothing yet
		if m, ok := errors.AsType[*miss](err); ok && m.outcome == firmware.OutcomeDNSNoData && i+1 < len(h.asks) {
			continue
		}
		if err != nil {
			return nil, err
		}
		addrs := make([]netip.AddrPort, len(rep.records))
		for n, text := range rep.records {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, localError{err}
			}
			addrs[n] = netip.AddrPortFrom(a, h.target.address.Port())
		}
		return addrs, nil
	}
	return nil, localError{errors.New("nothing was asked")}
}

// handshake makes the connection secure. It notes how, and the end of the certificate's life, also of one that
// failed to verify.
func (h *httpProbe) handshake(r *run, conn net.Conn) (*tls.Conn, error) {
	r.phase = phaseTLS
	cfg, resumes := h.tls, h.session.begin(r.result.Start, r.remote)
	if resumes {
		cfg = h.light
	}
	began := time.Now()
	secure := tls.Client(conn, cfg)
	err := secure.Handshake()
	r.result.Phases.TLS = span(began, time.Now())
	if err != nil {
		if resumes {
			h.light = h.tls // perhaps this server insists on what was left out
		}
		if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
			r.result.Expires = e.UnverifiedCertificates[0].NotAfter.Unix()
		}
		return nil, err
	}
	state := secure.ConnectionState()
	if len(state.PeerCertificates) > 0 {
		r.result.Expires = state.PeerCertificates[0].NotAfter.Unix()
	}
	r.result.Conn = firmware.ConnFull
	if state.DidResume {
		r.result.Conn = firmware.ConnResumed
	}
	return secure, nil
}
