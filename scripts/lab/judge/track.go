package judge

import (
	"path"
	"slices"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
)

// state is what one subject of a device was, and for how long.
type state struct {
	sighting
	until time.Duration // a point has the time it came at
}

// track is all that one subject of a device was, in order.
type track struct {
	kind    scenario.Kind
	device  string
	subject string
	states  []state
}

// key tells tracks apart.
type key struct {
	kind                  scenario.Kind
	device, subject, part string
}

// tracks sorts sightings, which are in the order of time, into tracks. What lasts, lasts until ends. The tracks are
// in the order in which they began.
func tracks(all []sighting, ends time.Duration) []*track {
	byKey := map[key]*track{}
	var out []*track
	for _, s := range all {
		k := key{s.kind, s.device, s.subject, s.part}
		t := byKey[k]
		if t == nil {
			t = &track{kind: s.kind, device: s.device, subject: s.subject}
			byKey[k] = t
			out = append(out, t)
		}
		t.add(s, ends)
	}
	return out
}

func (t *track) add(s sighting, ends time.Duration) {
	next := state{s, s.at}
	if t.kind.Lasting() {
		next.until = max(ends, s.at)
		if n := len(t.states); n > 0 {
			t.states[n-1].until = s.at
		}
	}
	t.states = append(t.states, next)
}

// spans returns when a track was as a sight says: neighbours that both are make one span, points one each.
func (t *track) spans(x scenario.Sight) (out []scenario.Span) {
	for _, s := range t.states {
		if !fits(x, s.sighting) {
			continue
		}
		if n := len(out); n > 0 && t.kind.Lasting() && out[n-1].Until == s.at {
			out[n-1].Until = s.until
			continue
		}
		out = append(out, scenario.Span{From: s.at, Until: s.until})
	}
	return out
}

// fits reports whether a sighting says what a sight asks for.
func fits(x scenario.Sight, s sighting) bool {
	if len(x.Is) > 0 && !matchesAny(x.Is, s.state) {
		return false
	}
	for name, want := range x.With {
		if !same(want, s.says[name]) {
			return false
		}
	}
	return true
}

// about reports whether a track is of what a sight looks at, at one of the devices.
func (t *track) about(x scenario.Sight, devices ...string) bool {
	return t.kind == x.See && (x.Of == "" || matches(x.Of, t.subject)) && (t.device == "" || slices.Contains(devices, t.device))
}

// same reports whether each pattern of want fits a text of its own in got, and nothing is left.
func same(want, got []string) bool {
	if len(want) != len(got) {
		return false
	}
	left := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(left, func(g string) bool { return matches(w, g) })
		if i < 0 {
			return false
		}
		left = slices.Delete(left, i, i+1)
	}
	return true
}

func matchesAny(patterns []string, s string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, s) })
}

// matches reports whether a pattern fits; one that is none fits nothing.
func matches(pattern, s string) bool {
	ok, err := path.Match(pattern, s)
	return ok && err == nil
}
