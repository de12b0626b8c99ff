package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/scripts/lab/scenario"
)

// darkWithin is how soon after the end of its evidence a green must end (DESIGN 3.5, 1).
const darkWithin = 5 * time.Second

// noStaleGreen holds every green service lamp against the runs in that device's own store: at each instant of it,
// each service must have had a good run of an edge check that still counted, or had counted until just before.
func noStaleGreen(e *evidence) (breaches []string) {
	for _, h := range e.Stores {
		if h.Trouble != "" && len(h.Results) == 0 || h.Reset || e.befell(h.Device, "storage-lost", "storage-corrupt") {
			continue // what it measured cannot be read
		}
		for _, t := range e.tracks {
			if t.kind != scenario.SeeLamp || t.device != h.Device || !strings.HasPrefix(t.subject, string(panel.RoleService)) {
				continue
			}
			for _, lit := range greens(t) {
				for _, service := range h.Services {
					if from, until, ok := gap(lit, e.support(h, service)); ok {
						breaches = append(breaches, fmt.Sprintf("%s %s is green from %s to %s, where nothing good was known of %s",
							h.Device, t.subject, short(from), short(until), service))
					}
				}
			}
		}
	}
	return breaches
}

func greens(t *track) []scenario.Span {
	return t.spans(scenario.Sight{Is: []string{panel.Green.String() + " *"}})
}

// support returns when what a device knew of a service bore a green lamp, ascending and apart: its good runs, and what
// its heartbeats said, since a store does not have what was measured just before a power cut.
func (e *evidence) support(h Holding, service string) (merged []scenario.Span) {
	spans := e.beaten(h.Device, service)
	for _, r := range h.Results {
		if r.Service == service && r.Edge && r.Good() {
			spans = append(spans, scenario.Span{From: r.At, Until: r.At + r.ValidFor + darkWithin})
		}
	}
	slices.SortFunc(spans, func(a, b scenario.Span) int { return cmp.Compare(a.From, b.From) })
	for _, s := range spans {
		if n := len(merged); n > 0 && s.From <= merged[n-1].Until {
			merged[n-1].Until = max(merged[n-1].Until, s.Until)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// gap returns the first part of a span that none of others covers. A run that has begun bears the lamp only once it
// has ended, but a lamp is never green so soon that this makes a difference.
func gap(lit scenario.Span, others []scenario.Span) (from, until time.Duration, found bool) {
	at := lit.From
	for _, o := range others {
		if o.Until <= at {
			continue
		}
		if o.From > at {
			return at, min(o.From, lit.Until), true
		}
		if at = o.Until; at >= lit.Until {
			return 0, 0, false
		}
	}
	return at, lit.Until, at < lit.Until
}
