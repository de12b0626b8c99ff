package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The scalars of the file, each of which reads itself.
type (
	text   string
	number int64
	yesNo  bool
	words  []string // one word, or a list of them
	span   time.Duration
	moment string // as [clock.moment] reads it
	// params are names with scalars or lists of scalars, as texts.
	params map[string][]string
	// overlays are pieces of YAML by device.
	overlays map[string]*yaml.Node
)

func (t *text) fill(n *yaml.Node) (what, mend string) {
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" {
		return "is not a text", "write a word or a sentence"
	}
	*t = text(n.Value)
	return "", ""
}

func (i *number) fill(n *yaml.Node) (what, mend string) {
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != yaml.ScalarNode || err != nil {
		return "is not a whole number", "write digits alone"
	}
	*i = number(v)
	return "", ""
}

func (f *yesNo) fill(n *yaml.Node) (what, mend string) {
	if n.ShortTag() != "!!bool" {
		return "is neither true nor false", "write true or false"
	}
	*f = yesNo(strings.EqualFold(n.Value, "true"))
	return "", ""
}

func (s *span) fill(n *yaml.Node) (what, mend string) {
	d, err := time.ParseDuration(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || d < 0 || d > 24*time.Hour {
		return fmt.Sprintf("%q is not a length of time", n.Value), "write it like 300ms, 5s or 1m30s"
	}
	*s = span(d)
	return "", ""
}

func (m *moment) fill(n *yaml.Node) (what, mend string) { return (*text)(m).fill(n) }

func (w *words) fill(n *yaml.Node) (what, mend string) {
	list, ok := scalars(n)
	if !ok {
		return "is neither a word nor a list of words", "write it like berlin or [berlin, newyork]"
	}
	*w = list
	return "", ""
}

// scalars returns one scalar, or a list of them, as texts.
func scalars(n *yaml.Node) ([]string, bool) {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}, n.ShortTag() != "!!null"
	}
	list := []string{}
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode || n.Kind != yaml.SequenceNode {
			return nil, false
		}
		list = append(list, item.Value)
	}
	return list, n.Kind == yaml.SequenceNode
}

func (p *params) fill(n *yaml.Node) (what, mend string) {
	*p = params{}
	if n.Kind != yaml.MappingNode {
		return "is not a group of parameters", "write it like {name: value, other: [a, b]}"
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		list, ok := scalars(n.Content[i+1])
		if _, twice := (*p)[key]; !ok || twice {
			return fmt.Sprintf("has in %q neither a value nor a list of values, or has it twice", key), "write it like {name: value, other: [a, b]}"
		}
		(*p)[key] = list
	}
	return "", ""
}

func (o *overlays) fill(n *yaml.Node) (what, mend string) {
	*o = overlays{}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		(*o)[n.Content[i].Value] = n.Content[i+1]
	}
	for _, below := range *o {
		if below.Kind != yaml.MappingNode {
			return "is not a config by device", "write it like {berlin: {schedule: {slot: 2}}}"
		}
	}
	if n.Kind != yaml.MappingNode {
		return "is not a config by device", "write it like {berlin: {schedule: {slot: 2}}}"
	}
	return "", ""
}
