package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
)

// hop is one request, prepared: where it goes and what is sent there. A run that follows redirects makes several.
type hop struct {
	target  target
	asks    []question    // empty: nothing to resolve
	request *http.Request // tells the reader of the answer what was asked
	raw     []byte        // the same as bytes of HTTP/1.1
	body    string        // of the request
	upload  upload        // sent instead of raw, where it is one
	nonce   []byte        // the part of raw that each run fills anew; empty: none
	tls     *tls.Config   // for full handshakes; nil: plain HTTP
	light   *tls.Config   // for resumed ones
	again   bool          // reached by a redirect
}

func newHop(c *firmware.HTTPCheck, clock Clock, set Settings) (at hop, err error) {
	if at.target, err = newTarget(c); err != nil {
		return at, err
	}
	if at.asks, err = at.target.questions(); err != nil {
		return at, err
	}
	if at.request, at.raw, err = newRequest(c, at.target, set.UserAgent); err != nil {
		return at, err
	}
	at.body = c.Body
	if c.Nonce {
		i := bytes.Index(at.raw, []byte(nonceName+"="+nonceBlank)) + len(nonceName) + 1
		at.nonce = at.raw[i : i+len(nonceBlank)]
	}
	switch {
	case c.Protocol == 2 && !at.target.secure:
		return at, errors.New("HTTP/2 is measured over https only: mend the URL or the protocol")
	case at.target.secure:
		at.tls = tlsConfig(at.target.name, clock, set)
		if c.Protocol == 2 {
			at.tls.NextProtos = []string{"h2"}
		}
		at.light = lighter(at.tls)
	}
	return at, nil
}

// renew fills in a nonce that was never sent before.
func (at *hop) renew() {
	if len(at.nonce) > 0 {
		n := rand.Uint64()
		raw := [8]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), byte(n >> 32), byte(n >> 40), byte(n >> 48), byte(n >> 56)}
		hex.Encode(at.nonce, raw[:])
	}
}

// resolve returns the addresses to try.
func (at *hop) resolve(ctx context.Context, r *run, l *lookup) ([]netip.AddrPort, error) {
	if len(at.asks) == 0 {
		return []netip.AddrPort{at.target.address}, nil
	}
	began := time.Now()
	defer func() { r.result.Phases.Resolve += span(began, time.Now()) }()
	for i, q := range at.asks {
		rep, err := l.ask(ctx, r, q)
		r.result.Address = netip.Addr{} // the resolver's; a check of the web reaches nothing yet
		m, missed := errors.AsType[*miss](err)
		switch {
		case missed && m.outcome == firmware.OutcomeDNSNoData && i+1 < len(at.asks):
			continue
		case missed && at.again && !m.outcome.Void(): // its name is the server's word, which may repeat what the request carried
			return nil, &miss{m.outcome, "the name that a redirect leads to cannot be resolved"}
		case err != nil:
			return nil, err
		}
		return withPort(rep.records, at.target.address.Port())
	}
	return nil, localError{errors.New("nothing was asked")}
}

// way tells apart connections that lead to different places.
func (at *hop) way() string {
	return fmt.Sprint(at.target.secure, at.target.name, at.target.address, at.target.family)
}
