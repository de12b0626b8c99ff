package scenario

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"edgeprobe.io/firmware/config/syntax"
)

const (
	maxFile  = 1 << 20 // bytes
	maxNodes = 20_000  // values visited, aliases included each time
)

// reader walks YAML nodes into the raw types.
type reader struct {
	complaints
	nodes int // visited so far
}

// here gives a raw struct its place and those of its keys.
type here struct {
	at   place
	keys map[string]place
}

func (h *here) locate(at place) *here {
	h.at, h.keys = at, map[string]place{}
	return h
}

// key returns where a key's value stands, or where it is missing.
func (h here) key(name string) place {
	if p, ok := h.keys[name]; ok {
		return p
	}
	return h.at.under(name, h.at.node)
}

func (h here) has(name string) bool { _, ok := h.keys[name]; return ok }

// filler is a value that reads its own node; what is wrong with it is a problem's two halves, or "".
type filler interface {
	fill(n *yaml.Node) (what, mend string)
}

// decode reads data into to, and reports whether there was a document to read.
func (r *reader) decode(data []byte, to any) bool {
	var doc, next yaml.Node
	if len(data) > maxFile || !utf8.Valid(data) {
		r.add(place{}, "write a scenario as text of at most 1 MiB", "is not UTF-8 text of at most 1 MiB")
		return false
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0:
		r.add(place{}, "start from the example in scripts/lab/README.md", "is empty")
		return false
	case err != nil:
		r.syntax(data, err)
		return false
	case !errors.Is(dec.Decode(&next), io.EOF):
		r.add(place{node: &next}, "write each scenario into a file of its own", "is followed by a second document")
		return false
	}
	r.value(reflect.ValueOf(to).Elem(), doc.Content[0], place{node: doc.Content[0]}, "")
	return true
}

// syntax reports an error of the YAML library in our own form.
func (r *reader) syntax(data []byte, err error) {
	line, what := syntax.Where(data, err)
	r.add(place{node: &yaml.Node{Line: line, Column: 1}}, "look for a wrong indent, a missing colon or quote, or a tab", "is not YAML: %s", what)
}

// value reads n into v, whose field has the given tag.
func (r *reader) value(v reflect.Value, n *yaml.Node, at place, tag reflect.StructTag) {
	if r.nodes++; r.nodes >= maxNodes {
		if r.nodes == maxNodes {
			r.add(at, "write less, or fewer aliases", "is more than %d values", maxNodes)
		}
		return
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	f, fills := v.Addr().Interface().(filler)
	switch {
	case n.ShortTag() == "!!null":
		r.add(at, "give it a value, or remove the key", "has no value")
	case fills:
		what, mend := f.fill(n)
		if what == "" {
			what, mend = outside(v, tag.Get("oneof"))
		}
		if what != "" {
			r.add(at, mend, "%s", what)
		}
	case v.Kind() == reflect.Slice:
		r.list(v, n, at)
	default:
		r.group(v, n, at)
	}
}

// outside says what is wrong with a text that is none of the words; "" when nothing is.
func outside(v reflect.Value, oneof string) (what, mend string) {
	known := strings.Fields(oneof)
	for _, k := range known {
		if v.Kind() == reflect.String && v.String() == k {
			return "", ""
		}
	}
	if len(known) == 0 {
		return "", ""
	}
	return strconv.Quote(v.String()) + " is not a word for this", mendWith(v.String(), known)
}

// list reads a sequence.
func (r *reader) list(v reflect.Value, n *yaml.Node, at place) {
	if n.Kind != yaml.SequenceNode {
		r.add(at, "write each entry on a line that begins with a dash", "is not a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		r.value(v.Index(i), item, at.under("["+strconv.Itoa(i)+"]", item), "")
	}
}

// group reads a mapping into a struct.
func (r *reader) group(v reflect.Value, n *yaml.Node, at place) {
	h := v.Addr().Interface().(interface{ locate(place) *here }).locate(at)
	if n.Kind != yaml.MappingNode {
		r.add(at, "write it as lines of key: value", "is not a group of keys")
		return
	}
	fields := fieldsOf(v.Type())
	var known []string
	for _, f := range fields {
		known = append(known, f.Tag.Get("yaml"))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		below := at.under(key.Value, val)
		if h.has(key.Value) {
			r.add(at.under(key.Value, key), "remove one of them", "stands there twice")
			continue
		}
		j := indexOf(known, key.Value)
		if j < 0 {
			r.add(at.under(key.Value, key), mendWith(key.Value, known), "is not a key that is known here")
			continue
		}
		h.keys[key.Value] = below
		r.value(v.FieldByIndex(fields[j].Index), val, below, fields[j].Tag)
	}
	for i, f := range fields {
		if f.Tag.Get("jsonschema") == "required" && !h.has(known[i]) {
			r.add(at.under(known[i], at.node), "add it, like "+known[i]+": "+f.Tag.Get("like"), "is missing")
		}
	}
}

func indexOf(list []string, s string) int {
	for i, l := range list {
		if l == s {
			return i
		}
	}
	return -1
}

// fieldsOf returns the fields of a raw struct that are keys of the file.
func fieldsOf(t reflect.Type) (fields []reflect.StructField) {
	for i := range t.NumField() {
		if f := t.Field(i); !f.Anonymous {
			fields = append(fields, f)
		}
	}
	return fields
}
