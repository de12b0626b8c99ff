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

// noStaleGreen holds every green service lamp against what its device knew: at each instant of it, of each service
// that has a target in the lamp's region, somebody's good evidence must have counted, or have counted until just
// before. That is its own runs, as its store has them, and what it and its peers said over the feed.
func noStaleGreen(e *evidence) (breaches []string) {
	for _, h := range e.Stores {
		if h.Trouble != "" && len(h.Results) == 0 || h.Reset || e.befell(h.Device, "storage-lost", "storage-corrupt") {
			continue // what it measured cannot be read
		}
		for _, t := range e.tracks {
			name, region, _ := strings.Cut(t.subject, "/")
			if t.kind != scenario.SeeLamp || t.device != h.Device || name != string(panel.RoleService) {
				continue
			}
			for _, service := range h.Services {
				if e.elsewhere(service, region) {
					continue
				}
				support := e.support(h, service, region)
				for _, lit := range greens(t) {
					if from, until, ok := gap(lit, support); ok {
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

// elsewhere reports whether a service is looked at in other regions alone: then its lamp of this one says nothing of
// it.
func (e *evidence) elsewhere(service, region string) bool {
	some := false
	for l := range e.valid {
		if l.service == service {
			some = true
			if l.region == region {
				return false
			}
		}
	}
	for _, h := range e.Stores {
		if slices.ContainsFunc(e.claims[h.Device], func(c claim) bool { return c.service == service && cmp.Or(c.region, h.Region) == region }) {
			return false
		}
	}
	return some
}

// support returns when a green lamp of a device was borne in a region, ascending and apart.
func (e *evidence) support(h Holding, service, region string) (merged []scenario.Span) {
	spans := e.borne(h, service, region)
	for _, r := range h.Results {
		if r.Service == service && r.Region == region && r.Edge && r.Good() {
			spans = append(spans, scenario.Span{From: r.At, Until: r.At + r.ValidFor() + darkWithin})
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
