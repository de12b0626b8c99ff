package scenario

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// maxActs bounds how often one fault is done.
const maxActs = 200

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

func (b *builder) faults(raws []rawFault, lasts time.Duration) (out []Fault) {
	names := map[string]bool{"start": true, "end": true, "boot": true}
	for _, raw := range raws {
		f := Fault{Name: string(raw.Name), Line: raw.at.node.Line, Do: string(raw.Do), With: raw.With}
		if f.Name == "" {
			f.Name = f.Do
		}
		switch {
		case raw.has("name") && !nameForm.MatchString(f.Name):
			b.add(raw.key("name"), "write it of a-z, 0-9 and dashes, a letter first", "%q is not a name", f.Name)
		case names[f.Name]:
			b.add(raw.key("name"), "give it a name of its own", "%q is already the name of another moment", f.Name)
		}
		names[f.Name] = true
		b.verb(raw)
		f.Acts, f.Boot = b.acts(raw, lasts)
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(x, y Fault) int { return cmp.Compare(first(x), first(y)) })
	return out
}

func first(f Fault) time.Duration {
	if len(f.Acts) == 0 {
		return 0
	}
	return f.Acts[0].From
}

// verb holds a deed against what the lab can do.
func (b *builder) verb(raw rawFault) {
	if len(b.have.Verbs) == 0 {
		return
	}
	v, ok := b.have.verb(string(raw.Do))
	if !ok {
		b.add(raw.key("do"), mendWith(string(raw.Do), b.have.verbs()), "%q is nothing that the lab can do", string(raw.Do))
		return
	}
	for name, values := range raw.With {
		p, ok := v.param(name)
		if !ok {
			b.add(raw.key("with"), mendWith(name, v.params()), "%s has no parameter %q", v.Name, name)
			continue
		}
		b.known(raw.key("with"), values, p.Values, name)
	}
	for _, p := range v.Params {
		if _, given := raw.With[p.Name]; p.Required && !given {
			b.add(raw.key("with"), "add "+p.Name+": "+p.About, "lacks %q, which %s needs", p.Name, v.Name)
		}
	}
}

// acts returns when a fault is done and undone.
func (b *builder) acts(raw rawFault, lasts time.Duration) (acts []Span, boot bool) {
	boot = raw.At == "boot"
	var at time.Duration
	if !boot {
		d, err := time.ParseDuration(string(raw.At))
		if err != nil || d < 0 || d >= lasts {
			b.add(raw.key("at"), fmt.Sprintf("write boot, or a time from 0s to before %v", lasts), "%q is no moment for a fault", string(raw.At))
		}
		at = d
	}
	length, every, times := time.Duration(raw.For), time.Duration(raw.Every), int(raw.Times)
	switch {
	case raw.has("every") != raw.has("times"):
		b.add(raw.at, "give both every and times, or neither", "says only half of how it is repeated")
	case raw.has("every") && (times < 1 || times > maxActs || every <= 0 || !raw.has("for") || length >= every):
		b.add(raw.key("every"), fmt.Sprintf("give it a shorter \"for\", and times from 1 to %d", maxActs), "cannot be repeated so")
		return nil, boot
	}
	for i := range max(1, times) {
		s := Span{at + time.Duration(i)*every, lasts}
		if raw.has("for") {
			s.Until = s.From + length
		}
		if s.Until > lasts {
			b.add(raw.at, "let the scenario last longer, or the fault end sooner", "lasts until %v, and the scenario until %v", s.Until, lasts)
			break
		}
		acts = append(acts, s)
	}
	return acts, boot
}
