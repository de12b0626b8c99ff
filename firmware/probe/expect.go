package probe

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"edgeprobe.io/firmware"
)

// mostBody is the bound of a body when the check has none.
const mostBody = 1 << 20

// expectations are what a check wants of an answer, compiled.
type expectations struct {
	head        func(*http.Response) error // judges the head instead of what follows; nil: this does
	status      []int                      // empty: 200 to 299
	heads       []headExpectation
	absentHeads []headExpectation
	body        *pattern // nil: any
	absentBody  *pattern // nil: none is forbidden
	json        []jsonExpectation
	marker      *pattern // nil: none
	digest      []byte   // SHA-256 of the body; nil: any
	least, most int64    // bytes of body
}

type headExpectation struct {
	name string
	want *pattern
}

func newExpectations(c *firmware.HTTPCheck) (e expectations, err error) {
	e.least, e.most = c.MinBytes, c.MaxBytes
	if e.most == 0 {
		e.most = mostBody
	}
	if e.most < 0 || e.least < 0 || e.least > e.most {
		return e, fmt.Errorf("a body of %d to %d bytes cannot be: give bounds that are not negative and in order", e.least, e.most)
	}
	for _, s := range c.Status {
		if s < 200 || s > 999 {
			return e, fmt.Errorf("expected status %d is not a final one: use 200 to 599", s)
		}
	}
	e.status = slices.Clone(c.Status)
	if e.heads, err = headExpectations("expected", c.ExpectHead); err != nil {
		return e, err
	}
	if e.absentHeads, err = headExpectations("absent", c.AbsentHead); err != nil {
		return e, err
	}
	if err := e.compileBody(c); err != nil {
		return e, err
	}
	if (e.looksAtBody() || e.digest != nil || e.least > 0) && c.Method == http.MethodHead {
		return e, fmt.Errorf("an answer to HEAD has no body to look at: use GET")
	}
	return e, nil
}

func headExpectations(which string, heads map[string]string) (all []headExpectation, err error) {
	for _, name := range slices.Sorted(maps.Keys(heads)) {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, fmt.Errorf("%s header name %q is not a token", which, name)
		}
		p, err := newPattern(heads[name])
		if err != nil {
			return nil, fmt.Errorf("%s header %q: %w", which, name, err)
		}
		all = append(all, headExpectation{name, p})
	}
	return all, nil
}

// judgeHead judges status, then header fields by name.
func (e *expectations) judgeHead(a *http.Response, ev firmware.CacheEvidence) error {
	if e.head != nil {
		return e.head(a)
	}
	if !e.accepts(a.StatusCode) {
		by := ""
		if ev.State == firmware.CacheEdgeMade {
			by = "; the edge made this error itself"
		}
		return &miss{firmware.OutcomeHTTPStatus, fmt.Sprintf("status %d, want %s%s", a.StatusCode, e.wantedStatus(), by)}
	}
	for _, h := range e.heads {
		values := a.Header.Values(h.name)
		if len(values) == 0 {
			return &miss{firmware.OutcomeHTTPHeader, fmt.Sprintf("header %q is missing", h.name)}
		}
		if h.want != nil && !slices.ContainsFunc(values, h.want.matchString) {
			return &miss{firmware.OutcomeHTTPHeader, fmt.Sprintf("header %q does not match %q", h.name, h.want)}
		}
	}
	for _, h := range e.absentHeads {
		values := a.Header.Values(h.name)
		switch {
		case len(values) == 0:
		case h.want == nil:
			return &miss{firmware.OutcomeHTTPHeader, fmt.Sprintf("header %q is there, and must not be", h.name)}
		case slices.ContainsFunc(values, h.want.matchString):
			return &miss{firmware.OutcomeHTTPHeader, fmt.Sprintf("header %q matches %q, and must not", h.name, h.want)}
		}
	}
	return nil
}

func (e *expectations) accepts(status int) bool {
	if len(e.status) == 0 {
		return status >= 200 && status <= 299
	}
	return slices.Contains(e.status, status)
}

func (e *expectations) wantedStatus() string {
	if len(e.status) == 0 {
		return "200 to 299"
	}
	var texts []string
	for _, s := range e.status {
		texts = append(texts, strconv.Itoa(s))
	}
	return strings.Join(texts, " or ")
}
