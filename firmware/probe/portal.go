package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// kindPortal asks an uplink whether a captive portal stands before it. It is for an uplink, never for a service.
const kindPortal = "portal"

const (
	mostPage  = 4 << 10                                  // bytes read of what a portal says
	capport   = "application/captive+json"               // RFC 8908 section 5
	mostHost  = 80                                       // bytes of a host that are told
	authorise = http.StatusNetworkAuthenticationRequired // RFC 6585 section 6
)

// portalProbe asks the network's own word first, where there is one (RFC 8908), then an address that is known to
// answer over plain HTTP with 204 and nothing else: what comes instead, a portal has made.
type portalProbe struct {
	own   string        // the API that the config names; "": the one that the network does, if it does
	named func() string // by the network (RFC 8910); nil: never
	check *httpProbe
	host  string // of the check
	ask   func(api string) (*httpProbe, error)
}

func newPortal(check firmware.Check, via Via, clock Clock, set Settings) (kind, error) {
	c := check.Portal
	if c == nil {
		return nil, errors.New("a check of kind portal says what to request")
	}
	request := func(h firmware.HTTPCheck) (*httpProbe, error) {
		k, err := newHTTP(firmware.Check{Kind: "http", HTTP: &h}, via, clock, set)
		if err != nil {
			return nil, err
		}
		return k.(*httpProbe), nil
	}
	plain, err := request(firmware.HTTPCheck{URL: c.URL, MaxBytes: mostPage})
	if err != nil {
		return nil, err
	}
	if plain.first.target.secure {
		return nil, errors.New("a portal shows itself over plain http only: mend the URL")
	}
	p := &portalProbe{own: c.API, named: via.PortalAPI, check: plain, host: plain.first.target.name}
	plain.expect.head = p.judge
	p.ask = func(api string) (*httpProbe, error) {
		return request(firmware.HTTPCheck{
			URL: api, Headers: map[string]string{"Accept": capport}, MaxBytes: mostPage, ExpectJSON: map[string]string{"$.captive": "false"},
		})
	}
	return p, nil
}

func (p *portalProbe) close() error { return p.check.close() }

func (p *portalProbe) measure(ctx context.Context, r *run) error {
	if api := p.api(); api != "" {
		if m, ok := errors.AsType[*miss](p.captive(ctx, r, api)); ok && m.outcome == firmware.OutcomePortal {
			return m
		}
		r.result.Phases, r.result.Status, r.result.Bytes, r.result.Expires = firmware.Phases{}, 0, 0, 0
	}
	return p.check.measure(ctx, r)
}

// api returns the URL to ask. What a network names must be https (RFC 8908 section 4); what is not, such as the word
// for "no portal here" (RFC 8910 section 2), is nothing to ask.
func (p *portalProbe) api() string {
	if p.own != "" || p.named == nil {
		return p.own
	}
	if u, err := url.Parse(p.named()); err == nil && u.Scheme == "https" && u.User == nil {
		return u.String()
	}
	return ""
}

// captive asks the API, within half of the time left: whatever it fails by, the check still has its turn.
func (p *portalProbe) captive(ctx context.Context, r *run, api string) error {
	h, err := p.ask(api)
	if err != nil {
		return err
	}
	defer h.close()
	end := r.deadline
	defer func() { r.deadline = end }()
	r.deadline = time.Now().Add(time.Until(end) / 2)
	ctx, cancel := context.WithDeadline(ctx, r.deadline)
	defer cancel()
	if err = h.measure(ctx, r); err == nil || r.result.Status == 0 {
		return err
	}
	return p.word(h.body, h.first.target.name)
}

// word reads what an API says (RFC 8908 section 5). Only "captive" that is true says that there is a portal.
func (p *portalProbe) word(body []byte, host string) error {
	var said struct {
		Captive bool   `json:"captive"`
		Portal  string `json:"user-portal-url"`
	}
	if err := json.Unmarshal(body, &said); err != nil || !said.Captive {
		return err
	}
	if u, err := url.Parse(said.Portal); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return portalAt("at", host)
}

// judge tells by the head of an answer who has made it. An address that answers with an error, or that leads to its
// own https, is not what it should be; that says nothing of a portal.
func (p *portalProbe) judge(a *http.Response) error {
	to, _ := a.Location()
	switch {
	case a.StatusCode == http.StatusNoContent:
		return nil
	case a.StatusCode == authorise, a.StatusCode < 300:
		return portalAt("in place of", p.host)
	case a.StatusCode < 400 && to != nil && strings.EqualFold(to.Hostname(), p.host) && to.Scheme == "https":
		return &miss{firmware.OutcomeHTTPRedirect, "the portal check's address leads to its own https: name one that answers 204 over plain http"}
	case a.StatusCode < 400 && to != nil && to.Hostname() != "":
		return portalAt("at", to.Hostname())
	case a.StatusCode < 400:
		return portalAt("in place of", p.host)
	}
	return &miss{firmware.OutcomeHTTPStatus, fmt.Sprintf("status %d, want 204: the portal check's address is out of order", a.StatusCode)}
}

// portalAt says where a portal is. The host may be the portal's own word.
func portalAt(where, host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		host = a.String()
	}
	if len(host) > mostHost {
		host = strings.ToValidUTF8(host[:mostHost], "") + "..."
	}
	return &miss{firmware.OutcomePortal, "captive portal " + where + " " + host}
}
