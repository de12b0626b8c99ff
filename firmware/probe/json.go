package probe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

const (
	maxSteps = 32      // of a JSON path
	maxIndex = 1 << 20 // of a list in one
	maxDepth = 1000    // of lists and objects in a body
)

// step leads from a JSON value to one in it: by name into an object, or by index into a list.
type step struct {
	name  string // "": by index
	index int
}

// jsonPath leads to a value. The language is a strict subset of JSONPath (RFC 9535) in which every path names one
// value: $ for the whole, then .name (letters, digits, _ and -) and [index].
type jsonPath []step

// ValidJSONPath says what is wrong with a path of [firmware.HTTPCheck.ExpectJSON]; nil: nothing.
func ValidJSONPath(path string) error {
	_, err := parseJSONPath(path)
	return err
}

func parseJSONPath(path string) (p jsonPath, err error) {
	rest, ok := strings.CutPrefix(path, "$")
	for ok && rest != "" && len(p) < maxSteps {
		var s step
		s, rest, ok = takeStep(rest)
		p = append(p, s)
	}
	if !ok || rest != "" {
		return nil, fmt.Errorf("JSON path %q is not read: write it like $.status or $.items[0].id", path)
	}
	return p, nil
}

func takeStep(text string) (s step, rest string, ok bool) {
	if name, found := strings.CutPrefix(text, "."); found {
		n := 0
		for n < len(name) && (alpha(name[n]) || digit(name[n]) || name[n] == '_' || name[n] == '-') {
			n++
		}
		return step{name: name[:n]}, name[n:], n > 0
	}
	digits, rest, closed := strings.Cut(strings.TrimPrefix(text, "["), "]")
	i, err := strconv.Atoi(digits)
	ok = text[0] == '[' && closed && err == nil && i >= 0 && i <= maxIndex && strconv.Itoa(i) == digits
	return step{index: i}, rest, ok
}

// jsonExpectation is a value that must be in a body.
type jsonExpectation struct {
	text string // of the path
	path jsonPath
	want string
}

func newJSONExpectations(wanted map[string]string) (all []jsonExpectation, err error) {
	for _, text := range slices.Sorted(maps.Keys(wanted)) {
		p, err := parseJSONPath(text)
		if err != nil {
			return nil, err
		}
		all = append(all, jsonExpectation{text, p, wanted[text]})
	}
	return all, nil
}

// judge compares the value with the one wanted, as text: a string without its quotes, a number as it is written.
func (j jsonExpectation) judge(body []byte, deadline time.Time) error {
	got, err := j.path.find(body, deadline)
	off := func(what string) error {
		return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("in the body %s %s", j.text, what)}
	}
	switch {
	case errors.Is(err, errTooSlow):
		return localError{err}
	case errors.Is(err, errNoValue), errors.Is(err, errNoScalar):
		return off(err.Error())
	case err != nil:
		return &miss{firmware.OutcomeBodyMismatch, "the body is not JSON"}
	case got != j.want:
		return off(fmt.Sprintf("is not %q", j.want))
	}
	return nil
}

var (
	errNoValue  = errors.New("does not exist")
	errNoScalar = errors.New("is an object or a list, not one value")
	errTooSlow  = errors.New("this device was too slow to read the body")
)

// find returns the value at the path as text. The body is read to its end, so that a broken one is found, and of an
// object's members with one name the last counts, as in most parsers.
func (p jsonPath) find(body []byte, deadline time.Time) (string, error) {
	w := walker{Decoder: json.NewDecoder(&timedBytes{body, deadline}), err: errNoValue}
	w.UseNumber()
	if err := w.value(p); err != nil {
		return "", err
	}
	if _, err := w.Token(); err != io.EOF {
		return "", errors.Join(errors.New("more follows the value"), err)
	}
	return w.text, w.err
}

// walker looks for a value, token by token.
type walker struct {
	*json.Decoder
	text string
	err  error // why there is no text; nil: there is
}

// value reads one value, in which the path leads on. Its depth is the path's, whatever the body's.
func (w *walker) value(p jsonPath) error {
	token, err := w.Token()
	if err != nil {
		return err
	}
	delim, container := token.(json.Delim)
	switch {
	case len(p) == 0 && container:
		w.text, w.err = "", errNoScalar
		return w.skip(1)
	case len(p) == 0:
		w.text, w.err = scalarText(token), nil
		return nil
	case !container:
		return nil
	case (delim == '{') != (p[0].name != ""):
		return w.skip(1)
	}
	for i := 0; w.More(); i++ {
		on := i == p[0].index
		if delim == '{' {
			key, err := w.Token()
			if err != nil {
				return err
			}
			on = key == p[0].name
		}
		if !on {
			if err := w.skip(0); err != nil {
				return err
			}
			continue
		}
		w.text, w.err = "", errNoValue
		if err := w.value(p[1:]); err != nil {
			return err
		}
	}
	_, err = w.Token()
	return err
}

// skip reads on until as many containers as are open have ended; with none open, over one value.
func (w *walker) skip(open int) error {
	for {
		token, err := w.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			open++
		case json.Delim('}'), json.Delim(']'):
			open--
		}
		switch {
		case open == 0:
			return nil
		case open > maxDepth:
			return errors.New("the body is nested too deeply")
		}
	}
}

func scalarText(token json.Token) string {
	switch v := token.(type) {
	case nil:
		return "null"
	case string:
		return v
	}
	return fmt.Sprint(token)
}

// timedBytes is read in pieces, until a deadline.
type timedBytes struct {
	rest     []byte
	deadline time.Time
}

// Read hands over a little at a time, and fails once the deadline has passed.
func (t *timedBytes) Read(p []byte) (int, error) {
	if time.Now().After(t.deadline) {
		return 0, errTooSlow
	}
	if len(t.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), atOnce)], t.rest)
	t.rest = t.rest[n:]
	return n, nil
}
