package config

import (
	"reflect"

	"go.yaml.in/yaml/v3"
)

// auto asks for the resolvers that the system was given.
const auto = "auto"

// rawResolvers is a list of DNS servers, or the word auto.
type rawResolvers struct {
	auto bool
	list []val[string]
}

// resolverLimits bounds the list, in the form that raw types use.
const resolverLimits reflect.StructTag = `limits:"1..8"`

// fill reads either form.
func (s *rawResolvers) fill(r *reader, n *yaml.Node, at place, _ reflect.StructTag) {
	if n.Kind != yaml.ScalarNode {
		r.list(reflect.ValueOf(&s.list).Elem(), n, at, resolverLimits)
		return
	}
	if s.auto = n.Value == auto; !s.auto {
		r.add(at, kindOneOf, "write auto, or a list like [192.0.2.53]", n.Value)
	}
}
