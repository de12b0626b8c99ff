package probe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
	"unicode/utf8"
)

const (
	maxPattern = 1000     // characters of a regular expression
	atOnce     = 32 << 10 // bytes matched without looking at the time
)

// pattern is a regular expression (RE2) of a check. It is matched in time linear in the text.
type pattern struct {
	re      *regexp.Regexp
	literal []byte // the whole expression when it is plain text, else nil
}

// newPattern compiles an expression; "" is nil, no pattern.
func newPattern(s string) (*pattern, error) {
	if s == "" {
		return nil, nil
	}
	if len(s) > maxPattern {
		return nil, fmt.Errorf("regular expression of %d characters is too long: use at most %d", len(s), maxPattern)
	}
	re, err := regexp.Compile(s)
	if err != nil {
		return nil, fmt.Errorf("regular expression cannot be read: %w", err)
	}
	p := &pattern{re: re}
	if prefix, complete := re.LiteralPrefix(); complete {
		p.literal = []byte(prefix)
	}
	return p, nil
}

// String is the expression as it was configured.
func (p *pattern) String() string { return p.re.String() }

func (p *pattern) matchString(s string) bool { return p.re.MatchString(s) }

// find returns the first match. Reading a long text stops at the deadline, which is then this device's fault:
// the text was here in time.
func (p *pattern) find(text []byte, deadline time.Time) (match []byte, found bool, err error) {
	if p.literal != nil {
		return p.literal, bytes.Contains(text, p.literal), nil
	}
	if len(text) <= atOnce {
		match = p.re.Find(text)
		return match, match != nil, nil
	}
	in := timedRunes{text: text, deadline: deadline}
	at := p.re.FindReaderIndex(&in)
	if in.late {
		return nil, false, localError{errors.New("this device was too slow to match the body")}
	}
	if at == nil {
		return nil, false, nil
	}
	return text[at[0]:at[1]], true, nil
}

// timedRunes reads runes until a deadline.
type timedRunes struct {
	text     []byte
	read     int
	deadline time.Time
	late     bool
}

// ReadRune ends the text early, with io.EOF and late set, once the deadline has passed.
func (t *timedRunes) ReadRune() (rune, int, error) {
	if t.read&1023 == 0 && !t.late {
		t.late = time.Now().After(t.deadline)
	}
	t.read++
	if len(t.text) == 0 || t.late {
		return 0, 0, io.EOF
	}
	r, n := utf8.DecodeRune(t.text)
	t.text = t.text[n:]
	return r, n, nil
}
