package probe

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"hash"
	"net"
	"net/http"
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
)

// httpProbe makes one request, by HTTP/1.1 or by HTTP/2 as the check says, over a connection of its own, fresh unless
// the check allows to keep it, so that every phase is exact and the certificate is the one that customers get now. A
// redirect is an answer unless the check follows it; then the phases are the sums over all requests, and everything
// else is of the last one.
type httpProbe struct {
	check   *firmware.HTTPCheck
	clock   Clock
	set     Settings
	first   hop
	lookup  lookup
	expect  expectations
	session session
	kept    kept

	in    *bufio.Reader
	head  headLimit
	body  []byte
	sum   hash.Hash // of the body; nil: nobody asks for it
	whole bool      // the answer was read to its end, and another may follow it

	captures []capture // of a transaction's step
	captured values    // what they found, under their names
}

func newHTTP(check firmware.Check, _ Via, clock Clock, set Settings) (kind, error) {
	c := check.HTTP
	if c == nil {
		return nil, errors.New("a check of kind http says what to request")
	}
	h := &httpProbe{check: c, clock: clock, set: set}
	var err error
	if h.first, err = newHop(c, clock, set); err != nil {
		return nil, err
	}
	if err := h.prepare(check.Interval); err != nil {
		return nil, err
	}
	resume := set.Resume && c.Redirects == 0 // one ticket is held, for one host
	h.session = newSession(resume, check.Interval)
	if resume && h.first.tls != nil {
		h.first.tls.ClientSessionCache = &h.session
		h.first.light = lighter(h.first.tls)
	}
	return h, nil
}

// prepare makes all ready but the request.
func (h *httpProbe) prepare(interval time.Duration) (err error) {
	if h.expect, err = newExpectations(h.check); err != nil {
		return err
	}
	if h.expect.digest != nil {
		h.sum = sha256.New()
	}
	h.kept = kept{wanted: h.check.Keep, lasts: proofLasts(interval)}
	return h.policies()
}

// policies refuses what does not go together.
func (h *httpProbe) policies() error {
	c := h.check
	switch {
	case c.Protocol < 0 || c.Protocol > 2:
		return fmt.Errorf("HTTP version %d is not 1 or 2", c.Protocol)
	case c.Redirects < 0 || c.Redirects > maxRedirects:
		return errors.New("at most 10 redirects are followed")
	case c.Keep && (c.Redirects > 0 || c.Protocol == 2):
		return errors.New("a connection is kept only in HTTP/1.1 and where no redirects are followed")
	case c.Days < 0:
		return errors.New("the days that a certificate must last are not negative")
	}
	return nil
}

func (h *httpProbe) close() error {
	h.session.bad()
	h.kept.drop()
	return nil
}

func (h *httpProbe) measure(ctx context.Context, r *run) error {
	err := h.attempt(ctx, r)
	if err != nil {
		h.session.bad()
		h.kept.drop()
		return err
	}
	h.session.good(r.result.Start, r.remote, r.result.Conn)
	h.kept.good(r.result.Start, r.result.Conn)
	r.judgeEnd(h.check.Days, h.clock)
	return nil
}

// attempt makes the run: cheaply where a kept connection allows it, else in full.
func (h *httpProbe) attempt(ctx context.Context, r *run) error {
	if answered, err := h.reuse(r); answered {
		return err
	}
	trail := trail{}
	for at := &h.first; ; {
		answer, err := h.visit(ctx, r, at)
		if repeatable(r, at.request.Method) {
			err = r.narrowly(ctx, err, func(small net.Conn) error { return h.again(r, small, at) })
		}
		if err != nil || answer == nil {
			return err
		}
		if at, err = h.redirected(&trail, at, answer); err != nil {
			return err
		}
	}
}

// visit makes one request over a fresh connection. The answer returned is a redirect to be followed; nil says that
// the answer was judged.
func (h *httpProbe) visit(ctx context.Context, r *run, at *hop) (*http.Response, error) {
	r.phase = phaseResolve
	r.result.Conn, r.result.Address, r.result.Expires = firmware.ConnNone, netip.Addr{}, 0 // those of a redirect before
	addrs, err := at.resolve(ctx, r, &h.lookup)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	bare, err := r.dial(ctx, addrs)
	r.result.Phases.Connect += span(began, time.Now())
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(r.parent, func() { bare.Close() })
	conn := bare
	defer func() {
		if !stop() || !h.kept.hold(r, bare, conn) {
			bare.Close()
		}
	}()
	if conn, err = h.secure(r, bare, at); err != nil {
		return nil, err
	}
	answer, err := h.ask(r, conn, at)
	if conn != bare && !h.kept.ready {
		conn.Close() // says goodbye, as a browser does
	}
	return answer, err
}

// again makes a visit's request over another connection.
func (h *httpProbe) again(r *run, bare net.Conn, at *hop) error {
	h.session.bad()
	conn, err := h.secure(r, bare, at)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = h.ask(r, conn, at)
	h.kept.ready = false
	return err
}

// secure makes a connection secure where the check wants that.
func (h *httpProbe) secure(r *run, bare net.Conn, at *hop) (net.Conn, error) {
	if at.tls == nil {
		r.result.Conn = firmware.ConnPlain
		return bare, nil
	}
	r.result.Conn = firmware.ConnNone
	return h.handshake(r, bare, at)
}

// ask makes the request, and notes whether the connection may carry another.
func (h *httpProbe) ask(r *run, conn net.Conn, at *hop) (*http.Response, error) {
	if h.check.Protocol == 2 {
		return h.exchange2(r, conn, at)
	}
	answer, err := h.exchange(r, conn, at)
	h.kept.ready = h.kept.wanted && err == nil && h.whole
	return answer, err
}

// handshake makes the connection secure. It notes how, and the end of the certificate's life, also of one that
// failed to verify.
func (h *httpProbe) handshake(r *run, conn net.Conn, at *hop) (net.Conn, error) {
	r.phase = phaseTLS
	cfg, resumes := at.tls, h.session.begin(r.result.Start, r.remote)
	if resumes {
		cfg = at.light
	}
	began := time.Now()
	secure := tls.Client(conn, cfg)
	err := secure.Handshake()
	r.result.Phases.TLS += span(began, time.Now())
	if err != nil {
		if resumes {
			at.light = at.tls // perhaps this server insists on what was left out
		}
		if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(e.UnverifiedCertificates) > 0 {
			r.result.Expires = e.UnverifiedCertificates[0].NotAfter.Unix()
		}
		return nil, doubt(err, cfg, h.clock)
	}
	state := secure.ConnectionState()
	if len(state.PeerCertificates) > 0 {
		r.result.Expires = state.PeerCertificates[0].NotAfter.Unix()
	}
	r.result.Conn = firmware.ConnFull
	if state.DidResume {
		r.result.Conn = firmware.ConnResumed
	}
	if h.check.Protocol == 2 && state.NegotiatedProtocol != "h2" {
		return nil, &miss{firmware.OutcomeHTTPProtocol, "the server does not speak HTTP/2"}
	}
	return secure, nil
}
