package probe

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
	"unicode"
	"unicode/utf8"

	"edgeprobe.io/firmware"
)

const (
	maxValue    = 2048 // bytes of a captured value
	maxCaptures = 16   // of a transaction
)

// values are what a run has captured so far. They are the servers' words: hostile, and never told.
type values map[string]string

// capture is a [firmware.Capture], compiled. What allows says which URLs may be captured as such.
type capture struct {
	firmware.Capture
	path   jsonPath
	script *pattern
	match  *pattern
	allows func(*url.URL) bool
}

func newCapture(def firmware.Capture, allows func(*url.URL) bool) (c capture, err error) {
	c = capture{Capture: def, allows: allows}
	sources := 0
	for _, given := range []bool{def.Header != "", def.JSON != "", def.Script != "", def.URL} {
		if given {
			sources++
		}
	}
	if sources > 1 || sources == 0 && def.Match == "" {
		return c, errors.New("name one of a header, a JSON path, a script and the URL, or a match in the body")
	}
	if def.JSON != "" {
		if c.path, err = parseJSONPath(def.JSON); err != nil {
			return c, err
		}
	}
	if c.script, err = newPattern(def.Script); err != nil {
		return c, err
	}
	c.match, err = newPattern(def.Match)
	return c, err
}

// reads reports whether the value is in the body.
func (c capture) reads() bool { return c.Header == "" && !c.URL }

// take finds the value in an answer. An error says by the capture's name what is wrong, and nothing of the answer.
func (c capture) take(a *http.Response, body []byte, deadline time.Time) (string, error) {
	off := func(what string) (string, error) {
		outcome := firmware.OutcomeBodyMismatch
		if !c.reads() {
			outcome = firmware.OutcomeHTTPHeader
		}
		return "", &miss{outcome, fmt.Sprintf("what is to be captured as %q %s", c.Name, what)}
	}
	text, err := c.find(a, body, deadline)
	if m, ok := errors.AsType[*miss](err); ok {
		return off(m.detail)
	}
	if err != nil {
		return "", err
	}
	if c.match != nil {
		group, found, err := c.match.group(text, deadline)
		switch {
		case err != nil:
			return "", err
		case !found:
			return off("does not match")
		}
		text = group
	}
	switch {
	case len(text) == 0:
		return off("is empty")
	case !sane(text):
		return off(fmt.Sprintf("is not one line of at most %d bytes", maxValue))
	}
	return string(text), nil
}

// sane reports whether a text may be used as a value: short, and without anything that ends a line or hides.
func sane(text []byte) bool {
	if len(text) > maxValue || !utf8.Valid(text) {
		return false
	}
	for _, r := range string(text) {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// find returns the text that the value is in. Its errors of kind miss go on after "what is to be captured".
func (c capture) find(a *http.Response, body []byte, deadline time.Time) ([]byte, error) {
	switch {
	case c.Header != "":
		return c.header(a)
	case c.URL:
		return []byte(a.Request.URL.String()), nil
	case c.script != nil:
		return c.scriptURL(a.Request.URL, body, deadline)
	case c.JSON == "":
		return body, nil
	}
	text, err := c.path.find(body, deadline)
	switch {
	case errors.Is(err, errTooSlow):
		return nil, localError{err}
	case errors.Is(err, errNoValue), errors.Is(err, errNoScalar):
		return nil, &miss{detail: err.Error()}
	case err != nil:
		return nil, &miss{detail: "is not in a JSON body"}
	}
	return []byte(text), nil
}

// header returns a header's value; Location is where it leads, seen from the answer's URL (RFC 9110 section 10.2.2).
func (c capture) header(a *http.Response) ([]byte, error) {
	value := a.Header.Get(c.Header)
	if value == "" {
		return nil, &miss{detail: "is missing"}
	}
	if http.CanonicalHeaderKey(c.Header) != "Location" || len(value) > maxValue {
		return []byte(value), nil
	}
	to, err := a.Request.URL.Parse(value)
	if err != nil || !c.allows(to) {
		return nil, &miss{detail: "leads to a host that is not allowed"}
	}
	return []byte(to.String()), nil
}

// group returns the first match of the first group, or of the whole expression where it has none.
func (p *pattern) group(text []byte, deadline time.Time) (match []byte, found bool, err error) {
	in := timedRunes{text: text, deadline: deadline}
	at := p.re.FindReaderSubmatchIndex(&in)
	switch {
	case in.late:
		return nil, false, localError{errors.New("this device was too slow to match the body")}
	case at == nil:
		return nil, false, nil
	case len(at) > 2 && at[2] < 0:
		return nil, true, nil
	case len(at) > 2:
		return text[at[2]:at[3]], true, nil
	}
	return text[at[0]:at[1]], true, nil
}
