package scenario

import (
	"path"
	"slices"
	"time"
)

func (b *builder) truth(raw rawTruth) Truth {
	t := Truth{Service: string(raw.Service), Regions: raw.Regions, Only: raw.Only}
	_ = t.Impact.UnmarshalText([]byte(raw.Impact)) // one of the words, or it was complained of
	b.known(raw.key("service"), []string{t.Service}, b.have.Services, "service")
	b.known(raw.key("regions"), t.Regions, b.have.Regions, "region")
	b.known(raw.key("only"), t.Only, b.have.Sites, "site")
	t.From, _ = b.moment(raw.key("from"), raw.From, "start")
	t.Until, _ = b.moment(raw.key("until"), raw.Until, "end")
	if t.Until < t.From {
		b.add(raw.key("until"), "end it after it begins", "is before it begins")
	}
	return t
}

// moment reads m, or what it is by default.
func (b *builder) moment(at place, m moment, usual string) (t, base time.Duration) {
	if m == "" {
		m = moment(usual)
	}
	t, base, what, mend := b.clock.read(string(m))
	if what != "" {
		b.add(at, mend, "%s", what)
	}
	return t, base
}

func (b *builder) sight(raw rawSight, never bool) Sight {
	s := Sight{
		Line: raw.at.node.Line, See: Kind(raw.See), Of: string(raw.Of), Is: raw.Is, With: raw.With,
		Who: raw.Who, Since: string(raw.After), Holds: time.Duration(raw.Holds), Times: -1, Any: never,
	}
	if raw.has("times") {
		if s.Times = int(raw.Times); s.Times < 0 || s.Times > 1000 || never {
			b.add(raw.key("times"), "say from 0 to 1000, in expect alone", "cannot come so often")
		}
	}
	if s.Since == "" {
		s.Since = "start"
	}
	b.who(raw, &s)
	b.window(raw, &s)
	b.says(raw, s)
	return s
}

func (b *builder) who(raw rawSight, s *Sight) {
	if len(raw.Who) == 1 && raw.Who[0] == "any" {
		s.Any, s.Who = true, nil
	}
	b.known(raw.key("who"), s.Who, b.world.Devices, "device")
	if len(s.Who) == 0 {
		s.Who = b.world.Devices
	}
	if s.See == SeeIncident { // it is the fleet's, not a device's
		s.Any = true
	}
}

func (b *builder) window(raw rawSight, s *Sight) {
	s.Window.From, s.Began = b.moment(raw.key("after"), raw.After, "start")
	s.Window.Until, _ = b.moment(raw.key("until"), raw.Until, "end")
	if raw.has("within") {
		s.Window.Until = s.Window.From + time.Duration(raw.Within)
	}
	switch {
	case raw.has("within") && raw.has("until"):
		b.add(raw.key("until"), "keep one of them", "and within both say when the window ends")
	case s.Window.Until < s.Window.From:
		b.add(raw.at, "let it end after it begins", "looks from %v until %v", s.Window.From, s.Window.Until)
	case s.Window.Until > b.clock["end"]:
		b.add(raw.at, "let the scenario last longer", "looks until %v, and the scenario ends at %v", s.Window.Until, b.clock["end"])
	}
}

// says holds what a sight says against what its kind can say.
func (b *builder) says(raw rawSight, s Sight) {
	v := vocabulary(s.See)
	for _, pattern := range append(slices.Clone(s.Is), s.Of) {
		if _, err := path.Match(pattern, ""); err != nil {
			b.add(raw.at, "write brackets and backslashes only as a pattern has them", "%q is not a pattern", pattern)
			return
		}
	}
	for _, pattern := range s.Is {
		if len(v.is) > 0 && !slices.ContainsFunc(v.is, func(w string) bool { ok, _ := path.Match(pattern, w); return ok }) {
			b.add(raw.key("is"), mendWith(pattern, v.is), "%q is nothing that a %s says", pattern, s.See)
		}
	}
	for name := range s.With {
		if !slices.Contains(v.with, name) {
			b.add(raw.key("with"), mendWith(name, v.with), "%q is nothing that a %s tells", name, s.See)
		}
	}
	if v.of && s.Of == "" {
		b.add(raw.key("of"), "say of what, or *", "is missing")
	}
	if list := v.subjects(b.have); len(list) > 0 && s.Of != "" &&
		!slices.ContainsFunc(list, func(w string) bool { ok, _ := path.Match(s.Of, w); return ok }) {
		b.add(raw.key("of"), mendWith(s.Of, list), "%q is nothing that there is a %s of", s.Of, s.See)
	}
}
