package config

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"edgeprobe.io/firmware"
)

type (
	ident  string  // a name as firmware.ValidName says
	offset string  // a size, or a captured value as ${name}
	size   int64   // bytes
	share  float64 // a part of one
)

// val is a scalar of the file with its place.
type val[T any] struct {
	V     T
	Given bool // its key is there
	OK    bool // and its value is good
	at    place
}

// or returns the value, or d when none or no good one is given.
func (v val[T]) or(d T) T {
	if v.OK {
		return v.V
	}
	return d
}

// fault is what is wrong with a scalar: its kind, a mend when the kind's own does not do, and what was found.
type fault struct {
	kind kind
	mend string
	args []any
}

// fill reads a scalar node.
func (v *val[T]) fill(r *reader, n *yaml.Node, at place, tag reflect.StructTag) {
	v.at, v.Given = at, true
	f := scan(&v.V, n)
	if f == nil {
		f = bounded(any(v.V), n.Value, tag)
	}
	if v.OK = f == nil; !v.OK {
		r.add(at, f.kind, f.mend, f.args...)
	}
}

// scan reads n into one of the scalar types; nil means that nothing is wrong.
func scan(dst any, n *yaml.Node) *fault {
	tag, good := n.ShortTag(), false
	number := tag == "!!int" || tag == "!!float"
	switch dst := dst.(type) {
	case *string:
		*dst, good = n.Value, tag == "!!str"
	case *ident:
		if n.Kind == yaml.ScalarNode && firmware.ValidName(n.Value) != nil {
			return &fault{kind: kindName, args: []any{n.Value}}
		}
		*dst, good = ident(n.Value), tag == "!!str"
	case *offset:
		*dst, good = offset(n.Value), tag == "!!str" || tag == "!!int"
	case *bool:
		*dst, good = strings.EqualFold(n.Value, "true"), tag == "!!bool"
	case *int:
		i, err := strconv.Atoi(n.Value)
		*dst, good = i, err == nil && tag == "!!int"
	case *float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		*dst, good = f, err == nil && number && !math.IsNaN(f)
	default:
		if tag == "!!str" || number {
			return scanUnit(dst, n.Value)
		}
	}
	if good {
		return nil
	}
	want, mend := expected(dst)
	return &fault{kindType, mend, []any{shape(n), want}}
}

// scanUnit reads what people write with a unit.
func scanUnit(dst any, text string) *fault {
	k, err := kindDuration, error(nil)
	switch dst := dst.(type) {
	case *time.Duration:
		*dst, err = parseDuration(text)
	case *size:
		k = kindSize
		*dst, err = parseSize(text)
	case *share:
		k = kindShare
		*dst, err = parseShare(text)
	}
	if err != nil {
		return &fault{kind: k, args: []any{text}}
	}
	return nil
}

// expected says in words what belongs into a scalar, and how to write it.
func expected(dst any) (want, mend string) {
	switch dst.(type) {
	case *bool:
		return "true or false", "write true or false"
	case *int:
		return "a whole number", "write it in digits, without quotes"
	case *float64:
		return "a number", "write it in digits, without quotes"
	case *time.Duration:
		return "a duration", "write it like 10s, 1m30s or 1d"
	case *size:
		return "a size", "write it like 200MB, 256MiB or a number of bytes"
	case *share:
		return "a share", "write it like 66% or 0.66"
	}
	return "a text", "write one text, in quotes if it looks like something else"
}

// shape says in words what a node is.
func shape(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a group of keys"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.ShortTag() == "!!int", n.ShortTag() == "!!float":
		return "a number"
	case n.ShortTag() == "!!bool":
		return "true or false"
	case n.ShortTag() == "!!timestamp":
		return "a date"
	}
	return "a text"
}

// bounded holds a good value against its field's limits.
func bounded(v any, text string, tag reflect.StructTag) *fault {
	if names := strings.Fields(tag.Get("oneof")); len(names) > 0 && !slices.Contains(names, text) {
		return &fault{kindOneOf, oneOf(text, names), []any{text}}
	}
	lo, hi, limited := strings.Cut(tag.Get("limits"), "..")
	if limited && (amount(v, text) < amount(v, lo) || amount(v, text) > amount(v, hi)) {
		return &fault{kindRange, fmt.Sprintf("choose from %s to %s", lo, hi), []any{text}}
	}
	return nil
}

// amount reads text as a value of v's type, for comparing.
func amount(v any, text string) float64 {
	switch v.(type) {
	case time.Duration:
		d, _ := parseDuration(text)
		return float64(d)
	case size:
		n, _ := parseSize(text)
		return float64(n)
	case share:
		s, _ := parseShare(text)
		return float64(s)
	}
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

var days = regexp.MustCompile(`^([0-9]{1,5})d(.*)$`)

// parseDuration reads Go's durations, and days before them.
func parseDuration(s string) (time.Duration, error) {
	m := days.FindStringSubmatch(s)
	if m == nil {
		return time.ParseDuration(s)
	}
	n, _ := strconv.Atoi(m[1])
	rest, err := time.Duration(0), error(nil)
	if m[2] != "" {
		rest, err = time.ParseDuration(m[2])
	}
	if err != nil || rest < 0 || rest > 24*time.Hour {
		return 0, fmt.Errorf("%q is not a duration", s)
	}
	return time.Duration(n)*24*time.Hour + rest, nil
}

var sizes = regexp.MustCompile(`^([0-9]{1,18}(?:\.[0-9]{1,6})?) ?(|B|[kKMGT]B|[KMGT]iB)$`)

// parseSize reads bytes with a decimal (MB) or binary (MiB) unit.
func parseSize(s string) (size, error) {
	m := sizes.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	unit, base := strings.ToUpper(m[2]), 1000.0
	if strings.HasSuffix(unit, "IB") {
		base = 1024
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if len(unit) > 1 {
		n *= math.Pow(base, float64(1+strings.IndexByte("KMGT", unit[0])))
	}
	if err != nil || n > 1<<60 {
		return 0, fmt.Errorf("%q is not a size", s)
	}
	return size(n), nil
}

var shares = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,6})?%?$|^\.[0-9]{1,6}$`)

// parseShare reads a percentage or a part of one.
func parseShare(s string) (share, error) {
	if !shares.MatchString(s) {
		return 0, fmt.Errorf("%q is not a share", s)
	}
	digits, percent := strings.CutSuffix(s, "%")
	f, err := strconv.ParseFloat(digits, 64)
	if percent {
		f /= 100
	}
	return share(f), err
}
