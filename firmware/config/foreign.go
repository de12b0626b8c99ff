package config

import (
	"reflect"
	"slices"
	"strings"
)

// foreign reports the keys of a check that are for other kinds, as the tag kinds says.
func (b *builder) foreign(group reflect.Value, kind string) {
	for _, f := range fieldsOf(group.Type()) {
		value := group.FieldByIndex(f.Index)
		if below, ok := value.Interface().(rawExpect); ok {
			b.foreign(reflect.ValueOf(below), kind)
		}
		kinds := strings.Fields(f.Tag.Get("kinds"))
		if len(kinds) > 0 && !slices.Contains(kinds, kind) {
			b.misplaced(article(kind)+" "+kind+" check", keyedOf(value))
		}
	}
}

// article is how a kind is spoken of: aitch and i begin with a vowel's sound.
func article(kind string) string {
	if kind == "http" || kind == "icmp" {
		return "an"
	}
	return "a"
}

// keyedOf returns whether and where a field of any raw type is given.
func keyedOf(field reflect.Value) keyed {
	if k, ok := field.Interface().(interface{ keyed() keyed }); ok {
		return k.keyed()
	}
	if field.Kind() == reflect.Slice && field.Len() > 0 {
		if first, ok := field.Index(0).Interface().(interface{ keyed() keyed }); ok {
			return listAt(first.keyed().at)
		}
	}
	return keyed{}
}

func (h here) keyed() keyed { return keyed{h.given, h.at} }

// keyed is a key that was given or not, and where.
type keyed struct {
	given bool
	at    place
}

func (v val[T]) keyed() keyed { return keyed{v.Given, v.at} }

func (t table) keyed() keyed {
	if len(t) == 0 {
		return keyed{}
	}
	at := t[0].at
	at.key = strings.TrimSuffix(at.key, "."+t[0].key)
	return keyed{true, at}
}

// listed is the place of a list of values.
func listed[T any](list []val[T]) keyed {
	if len(list) == 0 {
		return keyed{}
	}
	return listAt(list[0].at)
}

// listAt is where a list is given whose first entry is at a place.
func listAt(first place) keyed {
	first.key = strings.TrimSuffix(first.key, "[0]")
	return keyed{true, first}
}

// misplaced reports the keys that were given though they have no meaning there.
func (b *builder) misplaced(where string, keys ...keyed) {
	for _, k := range keys {
		if k.given {
			b.add(k.at, kindMisplaced, "", where)
		}
	}
}
