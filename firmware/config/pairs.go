package config

import (
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// pair is one entry of a mapping.
type pair struct{ key, value *yaml.Node }

// pairs returns a mapping's entries, each key once; those that merge keys (<<) bring come last and never win.
func (r *reader) pairs(n *yaml.Node, at place) []pair {
	lines := map[string]int{}
	var own, merged []pair
	for p := range slices.Chunk(n.Content, 2) {
		key := followed(p[0])
		below := at.under(key.Value).of(p[0])
		first, twice := lines[key.Value]
		switch {
		case !r.spend(key, at):
			return nil
		case key.Kind != yaml.ScalarNode:
			r.add(at.of(key), kindType, "write it as lines of key: value", shape(key), "a key")
		case key.ShortTag() == "!!merge":
			merged = r.merge(merged, p[1], below, 0)
		case twice:
			r.add(below, kindTwice, "", first)
		default:
			lines[key.Value] = key.Line
			own = append(own, pair{key, p[1]})
		}
	}
	for _, p := range merged {
		if _, given := lines[p.key.Value]; !given {
			lines[p.key.Value] = p.key.Line
			own = append(own, p)
		}
	}
	return own
}

// merge appends the entries of the mapping, or list of mappings, that a merge key names.
func (r *reader) merge(into []pair, n *yaml.Node, at place, depth int) []pair {
	n = followed(n)
	if depth > 4 || !r.spend(n, at) || n.Kind != yaml.MappingNode && n.Kind != yaml.SequenceNode {
		r.add(at, kindType, "name a group of keys by its anchor, like <<: *common", shape(n), "a group of keys")
		return into
	}
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			into = r.merge(into, item, at, depth+1)
		}
		return into
	}
	for p := range slices.Chunk(n.Content, 2) {
		key := followed(p[0])
		if !r.spend(key, at) {
			return into
		} else if key.ShortTag() == "!!merge" {
			into = r.merge(into, p[1], at, depth+1)
		} else if key.Kind == yaml.ScalarNode {
			into = append(into, pair{key, p[1]})
		}
	}
	return into
}

// table is a mapping of the file's own keys to texts, in their order.
type table []entry

type entry struct {
	key   string
	at    place // of the key
	value val[string]
}

// fill reads a mapping.
func (t *table) fill(r *reader, n *yaml.Node, at place, _ reflect.StructTag) {
	if n.Kind != yaml.MappingNode {
		r.add(at, kindType, "write it as lines of key: value", shape(n), "a group of keys")
		return
	}
	for _, p := range r.pairs(n, at) {
		e := entry{key: p.key.Value, at: at.under(p.key.Value).of(p.key)}
		r.value(reflect.ValueOf(&e.value).Elem(), p.value, e.at, "")
		*t = append(*t, e)
	}
}

// rawFleet is a list of devices, or a reference to a file that is one.
type rawFleet struct {
	at      place
	file    val[string]
	devices []rawDevice
}

// fill reads either form.
func (f *rawFleet) fill(r *reader, n *yaml.Node, at place, _ reflect.StructTag) {
	f.at = at
	if n.Kind == yaml.ScalarNode {
		f.file.fill(r, n, at, "")
		return
	}
	r.list(reflect.ValueOf(&f.devices).Elem(), n, at, fleetLimits)
}

// MaxFleet is the most devices of a fleet: what one device can hold of its peers.
const MaxFleet = 200

// fleetLimits bounds the list, in the form that raw types use.
const fleetLimits reflect.StructTag = `limits:"1..200"`
