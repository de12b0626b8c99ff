package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	maxFile  = 1 << 20 // bytes of one file
	maxNodes = 100_000 // values visited, aliases included each time
)

// reader walks YAML nodes into the raw types, collecting every problem.
type reader struct {
	problems
	dir   string // relative references resolve here
	nodes int    // visited so far
}

// here gives a raw struct its place.
type here struct {
	at    place
	given bool
}

func (h *here) locate(at place) { h.at, h.given = at, true }

// filler is what reads a node in its own way.
type filler interface {
	fill(r *reader, n *yaml.Node, at place, tag reflect.StructTag)
}

// decode reads data, the file called name, into the raw value to; it reports whether it could be read to its end.
func (r *reader) decode(name string, data []byte, to any, tag reflect.StructTag) bool {
	root, ok := r.parse(place{file: name}, data)
	if ok {
		r.value(reflect.ValueOf(to).Elem(), root, place{file: name}, tag)
	}
	return ok && r.nodes < maxNodes
}

// parse returns the root node of the file's only document.
func (r *reader) parse(at place, data []byte) (*yaml.Node, bool) {
	if len(data) > maxFile {
		r.add(at, kindTooLarge, "")
		return nil, false
	}
	if i := invalid(data); i >= 0 {
		at.line = 1 + strings.Count(string(data[:i]), "\n")
		at.col = 1 + utf8.RuneCount(data[strings.LastIndexByte(string(data[:i]), '\n')+1:i])
		r.add(at, kindEncoding, "")
		return nil, false
	}
	var doc, next yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data)) // which skips a byte order mark
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) || err == nil && (len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null") {
		r.add(at, kindEmpty, "")
		return nil, false
	}
	if err == nil {
		err = dec.Decode(&next)
	}
	if err == nil {
		at.line, at.col = next.Line, next.Column
		r.add(at, kindDocuments, "")
	} else if !errors.Is(err, io.EOF) {
		r.syntax(at, data, err)
		return nil, false
	}
	return doc.Content[0], true
}

// invalid returns the index of the first byte that is not UTF-8, or -1.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// value reads n into v, whose field has the given tag.
func (r *reader) value(v reflect.Value, n *yaml.Node, at place, tag reflect.StructTag) {
	if !r.spend(n, at) {
		return
	}
	n = followed(n)
	at = at.of(n)
	if tag := n.ShortTag(); !strings.HasPrefix(tag, "!!") || tag == "!!binary" {
		r.add(at, kindTag, "")
		return
	}
	if n.ShortTag() == "!!null" {
		r.add(at, kindNoValue, "")
		return
	}
	if f, ok := v.Addr().Interface().(filler); ok {
		f.fill(r, n, at, tag)
	} else if v.Kind() == reflect.Slice {
		r.list(v, n, at, tag)
	} else {
		r.group(v, n, at)
	}
}

// spend counts a visited node, and reports whether there may be more.
func (r *reader) spend(n *yaml.Node, at place) bool {
	if r.nodes++; r.nodes == maxNodes {
		r.add(place{file: at.file}.of(n), kindExpansion, "")
	}
	return r.nodes < maxNodes
}

// followed returns what an alias stands for, or n itself.
func followed(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// list reads a sequence into a slice and holds its length against the limits.
func (r *reader) list(v reflect.Value, n *yaml.Node, at place, tag reflect.StructTag) {
	if n.Kind != yaml.SequenceNode {
		r.add(at, kindType, "write it as [a, b], or each entry on a line that begins with a dash", shape(n), "a list")
		return
	}
	if lo, hi, ok := strings.Cut(tag.Get("limits"), ".."); ok {
		least, _ := strconv.Atoi(lo)
		most, _ := strconv.Atoi(hi)
		if len(n.Content) < least || len(n.Content) > most {
			r.add(at, kindEntries, fmt.Sprintf("give it %s to %s", lo, hi), len(n.Content))
		}
	}
	each := reflect.StructTag("")
	if limits := tag.Get("each"); limits != "" {
		each = reflect.StructTag(`limits:"` + limits + `"`)
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		r.value(v.Index(i), item, at.item(i), each)
	}
}

// group reads a mapping into a struct.
func (r *reader) group(v reflect.Value, n *yaml.Node, at place) {
	v.Addr().Interface().(interface{ locate(place) }).locate(at)
	if n.Kind != yaml.MappingNode {
		r.add(at, kindType, "write it as lines of key: value", shape(n), "a group of keys")
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for _, p := range r.pairs(n, at) {
		below := at.under(p.key.Value)
		i := slices.IndexFunc(fields, func(f reflect.StructField) bool { return keyOf(f) == p.key.Value })
		if i < 0 {
			r.add(below.of(p.key), kindUnknownKey, oneOf(p.key.Value, keysOf(fields)))
			continue
		}
		seen[p.key.Value] = true
		r.value(v.FieldByIndex(fields[i].Index), p.value, below, fields[i].Tag)
	}
	for _, f := range fields {
		if f.Tag.Get("jsonschema") == "required" && !seen[keyOf(f)] && r.nodes < maxNodes {
			r.missing(at.under(keyOf(f)), keyOf(f)+": "+f.Tag.Get("like"))
		}
	}
}

// missing reports a key that must be there, with an example of it.
func (r *reader) missing(at place, like string) { r.add(at, kindMissing, "add it, like "+like) }

func keysOf(fields []reflect.StructField) []string {
	var keys []string
	for _, f := range fields {
		keys = append(keys, keyOf(f))
	}
	return keys
}

// keyOf returns the field's key in the file.
func keyOf(f reflect.StructField) string { return f.Tag.Get("yaml") }

// fieldsOf returns the fields of a raw struct that are keys of the file.
func fieldsOf(t reflect.Type) []reflect.StructField {
	return slices.DeleteFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
		return len(f.Index) > 1 || f.Anonymous
	})
}
