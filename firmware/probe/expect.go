package probe

import (
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"edgeprobe.io/firmware"
)

// mostBody is the bound of a body when the check has none.
const mostBody = 1 << 20

// expectations are what a check wants of an answer, compiled.
type expectations struct {
	status []int // empty: 200 to 299
	heads  []headExpectation
	body   *pattern // nil: any
	marker *pattern // nil: none
	most   int64    // bytes of body
}

type headExpectation struct {
	name string
	want *pattern
}

func newExpectations(c *firmware.HTTPCheck) (e expectations, err error) {
	e.most = c.MaxBytes
	if e.most == 0 {
		e.most = mostBody
	}
	if e.most < 0 {
		return e, fmt.Errorf("largest body of %d bytes must not be negative", c.MaxBytes)
	}
	for _, s := range c.Status {
		if s < 200 || s > 999 {
			return e, fmt.Errorf("expected status %d is not a final one: use 200 to 599", s)
		}
	}
	e.status = slices.Clone(c.Status)
	for _, name := range slices.Sorted(maps.Keys(c.ExpectHead)) {
		if !httpguts.ValidHeaderFieldName(name) {
			return e, fmt.Errorf("expected header name %q is not a token", name)
		}
		p, err := newPattern(c.ExpectHead[name])
		if err != nil {
			return e, fmt.Errorf("expected header %q: %w", name, err)
		}
		e.heads = append(e.heads, headExpectation{name, p})
	}
	if e.body, err = newPattern(c.ExpectBody); err != nil {
		return e, fmt.Errorf("expected body: %w", err)
	}
	if e.marker, err = newPattern(c.Marker); err != nil {
		return e, fmt.Errorf("marker: %w", err)
	}
	if e.looksAtBody() && c.Method == http.MethodHead {
		return e, fmt.Errorf("an answer to HEAD has no body to look at: use GET")
	}
	return e, nil
}

func (e *expectations) looksAtBody() bool { return e.body != nil || e.marker != nil }

// judgeHead judges status, then header fields by name.
func (e *expectations) judgeHead(a *http.Response) error {
	if !e.accepts(a.StatusCode) {
		return &miss{firmware.OutcomeHTTPStatus, fmt.Sprintf("status %d, want %s", a.StatusCode, e.wantedStatus())}
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

// judgeBody judges what was seen of the body, then its size, and notes the marker.
func (e *expectations) judgeBody(r *firmware.Result, seen []byte, size int64, deadline time.Time) error {
	if e.body != nil {
		_, found, err := e.body.find(seen, deadline)
		if err != nil {
			return err
		}
		if !found {
			return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("body of %d bytes does not match %q", len(seen), e.body)}
		}
	}
	if size > e.most {
		return &miss{firmware.OutcomeTooLarge, fmt.Sprintf("body is larger than %d bytes", e.most)}
	}
	if e.marker == nil {
		return nil
	}
	match, found, err := e.marker.find(seen, deadline)
	if err == nil && found {
		digest := fnv.New64a()
		digest.Write(match)
		r.Marker = digest.Sum64()
	}
	return err
}
