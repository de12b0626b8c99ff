package judge

import (
	"cmp"
	"slices"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
)

// found is where a sight was seen.
type found struct {
	span   scenario.Span
	device string
	what   string // subject
}

// meet returns where the tracks of these devices are as x says in its window and for long enough, ascending by the
// instant at which they first are.
func meet(all []*track, x scenario.Sight, devices ...string) (out []found) {
	for _, t := range all {
		if !t.about(x, devices...) {
			continue
		}
		for _, s := range t.spans(x) {
			if _, ok := meets(s, x); ok {
				out = append(out, found{s, t.device, t.subject})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b found) int { return cmp.Compare(a.span.From, b.span.From) })
	return out
}

// meets returns the first instant of the window at which a span is there for long enough.
func meets(s scenario.Span, x scenario.Sight) (time.Duration, bool) {
	at := max(s.From, x.Window.From)
	if at > x.Window.Until || s.Until < at || s.Until == at && s.From < at { // the last: it ended as the window began
		return 0, false
	}
	return at, s.Until-at >= x.Holds
}

// begun counts what begins within the window: what was there before does not come.
func begun(all []found, x scenario.Sight) (n int) {
	for _, f := range all {
		if x.Window.Contains(f.span.From) {
			n++
		}
	}
	return n
}
