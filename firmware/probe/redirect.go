package probe

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"edgeprobe.io/firmware"
)

// maxRedirects is the most that a check may follow.
const maxRedirects = 10

// trail is where the redirects of a run have led: requests as "METHOD URL".
type trail []string

// follows reports whether an answer is a redirect (RFC 9110 section 15.4) that the check wants followed: one that it
// expects by its number is an answer.
func (h *httpProbe) follows(a *http.Response) bool {
	switch a.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return h.check.Redirects > 0 && a.Header.Get("Location") != "" && !slices.Contains(h.expect.status, a.StatusCode)
	}
	return false
}

// redirected prepares the request that a redirect asks for. What it says names no place: a server may put what the
// request carried there.
func (h *httpProbe) redirected(t *trail, from *hop, a *http.Response) (*hop, error) {
	if len(*t) == 0 {
		*t = append(*t, from.request.Method+" "+from.target.url.String())
	}
	n := len(*t)
	off := func(what string) (*hop, error) {
		return nil, &miss{firmware.OutcomeHTTPRedirect, fmt.Sprintf("redirect %d (status %d) %s", n, a.StatusCode, what)}
	}
	if n > h.check.Redirects {
		return off(fmt.Sprintf("is one more than the %d followed", h.check.Redirects))
	}
	to, err := from.target.url.Parse(a.Header.Get("Location"))
	if err != nil {
		return off("leads to what is no URL")
	}
	to.Fragment = ""
	if from.target.secure && to.Scheme == "http" && !h.check.Downgrade {
		return off("leads from https to http")
	}
	c, ok := h.redirectedCheck(from, to, a.StatusCode)
	if !ok {
		return off("would carry the request's body to another host")
	}
	next, err := newHop(&c, h.clock, h.set)
	if err != nil {
		return off("leads to where no request can be sent")
	}
	if a := next.target.address.Addr(); a.IsValid() && c.Address == "" && !hostly(a) {
		return off("leads to an address where no host can be")
	}
	next.again = true
	step := next.request.Method + " " + to.String()
	if slices.Contains(*t, step) {
		return off("leads back to where it came from")
	}
	*t = append(*t, step)
	return &next, nil
}

// redirectedCheck is the check of the next request: a GET unless the redirect keeps the method (RFC 9110 sections
// 15.4.2 to 15.4.9). Headers and body, which may hold secrets, go to the same origin only; a pinned address holds for
// its host.
func (h *httpProbe) redirectedCheck(from *hop, to *url.URL, status int) (c firmware.HTTPCheck, ok bool) {
	c = *h.check
	c.URL, c.Nonce, c.Method, c.Body = to.String(), false, from.request.Method, from.body
	if c.Method != http.MethodHead && c.Method != http.MethodGet && status < http.StatusTemporaryRedirect {
		c.Method, c.Body = http.MethodGet, ""
	}
	first := h.first.target.url
	if to.Hostname() != first.Hostname() {
		c.Address = ""
	} else if h.first.target.address.Addr().IsValid() && (to.Scheme != first.Scheme || to.Port() != first.Port()) {
		c.Address = h.first.target.address.Addr().String()
	}
	if to.Scheme == first.Scheme && to.Host == first.Host {
		return c, true
	}
	c.Headers = nil
	return c, c.Body == ""
}
