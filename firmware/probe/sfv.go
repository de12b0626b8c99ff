package probe

import (
	"strconv"
	"strings"
)

// Structured field values, as much as Cache-Status needs of them: a list of items with parameters (RFC 9651
// sections 3.1, 3.3 and 4.2). A field that does not parse as a whole says nothing.

// member is an item of a list: its parameters, the last of each key.
type member map[string]value

// value is a bare item. Its text is its content for strings and tokens, and as written for all else.
type value struct {
	kind byte // 'i'nteger, 'd'ecimal, 's'tring, 't'oken, 'b'oolean, 'x' bytes, '@' date
	text string
}

func (m member) is(key string) bool { return m[key] == value{'b', "?1"} }

func (m member) text(key string) string {
	if v := m[key]; v.kind == 't' || v.kind == 's' {
		return v.text
	}
	return ""
}

func (m member) integer(key string) (int64, bool) {
	if v := m[key]; v.kind == 'i' {
		n, err := strconv.ParseInt(v.text, 10, 64)
		return n, err == nil
	}
	return 0, false
}

// scanner walks over a field; ok turns false at the first fault.
type scanner struct {
	rest string
	ok   bool
}

// parseList reads a list whose members are strings or tokens, as Cache-Status has them.
func parseList(field string) (list []member, ok bool) {
	s := scanner{strings.Trim(field, " "), true}
	for s.rest != "" {
		if v := s.value(); v.kind != 't' && v.kind != 's' {
			return nil, false
		}
		list = append(list, s.parameters())
		s.skip(" \t")
		if s.rest == "" {
			break
		}
		s.expect(',')
		s.skip(" \t")
		if !s.ok || s.rest == "" { // a comma at the end is a fault
			return nil, false
		}
	}
	return list, s.ok
}

func (s *scanner) parameters() member {
	m := member{}
	for s.ok && strings.HasPrefix(s.rest, ";") {
		s.rest = s.rest[1:]
		s.skip(" ")
		key := s.take(func(c byte, first bool) bool {
			return lower(c) || c == '*' || !first && (digit(c) || strings.IndexByte("_-.", c) >= 0)
		})
		v := value{'b', "?1"}
		if strings.HasPrefix(s.rest, "=") {
			s.rest = s.rest[1:]
			v = s.value()
		}
		s.ok = s.ok && key != ""
		m[key] = v
	}
	return m
}

// value reads a bare item.
func (s *scanner) value() value {
	if s.rest == "" {
		s.ok = false
		return value{}
	}
	switch c := s.rest[0]; {
	case c == '"':
		return value{'s', s.quoted()}
	case c == '-' || digit(c):
		return s.number()
	case c == '?':
		return s.boolean()
	case c == ':':
		return s.bytes()
	case c == '@':
		s.rest = s.rest[1:]
		v := s.number()
		s.ok = s.ok && v.kind == 'i'
		return value{'@', v.text}
	case alpha(c) || c == '*':
		return value{'t', s.take(func(c byte, _ bool) bool {
			return alpha(c) || digit(c) || strings.IndexByte("!#$%&'*+-.^_`|~:/", c) >= 0
		})}
	}
	s.ok = false
	return value{}
}

func (s *scanner) quoted() string {
	var text strings.Builder
	for i := 1; i < len(s.rest); i++ {
		c := s.rest[i]
		switch {
		case c == '"':
			s.rest = s.rest[i+1:]
			return text.String()
		case c < ' ' || c > '~':
			s.ok = false
			return ""
		case c == '\\':
			if i++; i == len(s.rest) || s.rest[i] != '"' && s.rest[i] != '\\' {
				s.ok = false
				return ""
			}
			c = s.rest[i]
		}
		text.WriteByte(c)
	}
	s.ok = false
	return ""
}

// number reads an integer of at most 15 digits or a decimal of at most 12 and 3.
func (s *scanner) number() value {
	sign := ""
	if strings.HasPrefix(s.rest, "-") {
		sign, s.rest = "-", s.rest[1:]
	}
	isDigit := func(c byte, _ bool) bool { return digit(c) }
	whole := s.take(isDigit)
	if !strings.HasPrefix(s.rest, ".") {
		s.ok = s.ok && len(whole) >= 1 && len(whole) <= 15
		return value{'i', sign + whole}
	}
	s.rest = s.rest[1:]
	part := s.take(isDigit)
	s.ok = s.ok && len(whole) >= 1 && len(whole) <= 12 && len(part) >= 1 && len(part) <= 3
	return value{'d', sign + whole + "." + part}
}

func (s *scanner) boolean() value {
	if len(s.rest) < 2 || s.rest[1] != '0' && s.rest[1] != '1' {
		s.ok = false
		return value{}
	}
	v := value{'b', s.rest[:2]}
	s.rest = s.rest[2:]
	return v
}

func (s *scanner) bytes() value {
	text, rest, closed := strings.Cut(s.rest[1:], ":")
	s.ok = s.ok && closed && strings.IndexFunc(text, func(r rune) bool {
		return r > '~' || !alpha(byte(r)) && !digit(byte(r)) && r != '+' && r != '/' && r != '='
	}) < 0
	s.rest = rest
	return value{'x', text}
}

// take cuts off the longest prefix whose bytes are all in.
func (s *scanner) take(in func(c byte, first bool) bool) string {
	n := 0
	for n < len(s.rest) && in(s.rest[n], n == 0) {
		n++
	}
	text := s.rest[:n]
	s.rest = s.rest[n:]
	return text
}

func (s *scanner) skip(set string) { s.rest = strings.TrimLeft(s.rest, set) }

func (s *scanner) expect(c byte) {
	s.ok = s.ok && s.rest != "" && s.rest[0] == c
	if s.ok {
		s.rest = s.rest[1:]
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
func lower(c byte) bool { return c >= 'a' && c <= 'z' }
func alpha(c byte) bool { return lower(c | 0x20) }
