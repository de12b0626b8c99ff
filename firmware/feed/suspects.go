package feed

import "fmt"

// strikes is how often the broker must hang up with nothing but one message in flight before that message is
// set aside.
const strikes = 3

// suspects finds the message that makes a broker hang up. Once a connection was ended by the broker with
// messages in flight, they are sent again one at a time; who is alone in flight at the next end gets a strike.
// A path that merely dies gives none.
type suspects struct {
	careful int    // messages still to be sent one at a time
	name    string // who was alone in flight last
	count   int    // how often in a row
	aside   []setAside
}

// setAside is an item that is not sent any more, but not given up before a later one has landed.
type setAside struct {
	class Class
	item  Item
}

// strike takes note of a connection that the broker ended; it returns the message to set aside, if any.
func (s *suspects) strike(flying []flight, classes []Class) (flight, Class, bool) {
	if len(flying) == 0 {
		return flight{}, "", false
	}
	if len(flying) > 1 {
		s.careful, s.name, s.count = len(flying), "", 0
		return flight{}, "", false
	}
	s.careful = max(s.careful, 1)
	if n := name(flying[0], classes[0]); n != s.name {
		s.name, s.count = n, 0
	}
	if s.count++; s.count < strikes {
		return flight{}, "", false
	}
	s.name, s.count = "", 0
	return flying[0], classes[0], true
}

// cleared takes note of a message that landed.
func (s *suspects) cleared(f flight, class Class) {
	s.careful = max(0, s.careful-1)
	if name(f, class) == s.name {
		s.name, s.count = "", 0
	}
}

// isAside reports whether an item overlaps one that was set aside.
func (s *suspects) isAside(class Class, i Item) bool {
	for _, a := range s.aside {
		if a.class == class && i.First <= a.item.Last && a.item.First <= i.Last {
			return true
		}
	}
	return false
}

// givenUp removes and returns the items of class set aside, now that another of them has landed.
func (s *suspects) givenUp(class Class) []Item {
	var gone []Item
	kept := s.aside[:0]
	for _, a := range s.aside {
		if a.class == class {
			gone = append(gone, a.item)
		} else {
			kept = append(kept, a)
		}
	}
	s.aside = kept
	return gone
}

func name(f flight, class Class) string {
	if class == "" {
		return f.letter.topic
	}
	return fmt.Sprintf("%s %d", class, f.item.First)
}
