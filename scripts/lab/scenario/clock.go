package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// clock knows the moments that a scenario names.
type clock map[string]time.Duration

// newClock knows the start, the end, and when each fault is first done and last undone.
func newClock(lasts time.Duration, faults []Fault) clock {
	c := clock{"start": 0, "end": lasts}
	for _, f := range faults {
		if len(f.Acts) > 0 {
			c[f.Name] = f.Acts[0].From
			c[f.Name+".end"] = f.Acts[len(f.Acts)-1].Until
		}
	}
	return c
}

// A minus stands between spaces, since names have dashes.
var momentForm = regexp.MustCompile(`^([a-z][a-z0-9-]*(?:\.end)?)?(?:(\s*\+\s*|\s+-\s+|)([0-9][0-9a-zµ.]*))?$`)

// read returns the time of a moment, and that of the name in it alone: "cut+2s", "cut.end", "10s", "end - 1s". Without
// a name the start is meant. What is wrong with it is told in two halves, or "".
func (c clock) read(m string) (at, base time.Duration, what, mend string) {
	parts := momentForm.FindStringSubmatch(strings.TrimSpace(m))
	if parts == nil || parts[0] == "" || parts[1] != "" && parts[3] != "" && parts[2] == "" {
		return 0, 0, fmt.Sprintf("%q is not a moment", m), "write it like 10s, cut, cut+2s, cut.end, start or end - 1s"
	}
	if parts[1] != "" {
		named, ok := c[parts[1]]
		if !ok {
			return 0, 0, fmt.Sprintf("names the moment %q, which is none", parts[1]), mendWith(parts[1], slices.Sorted(maps.Keys(c)))
		}
		base = named
	}
	if parts[3] != "" {
		d, err := time.ParseDuration(strings.TrimSpace(parts[2]) + parts[3])
		if err != nil {
			return 0, 0, fmt.Sprintf("%q is not a length of time", parts[3]), "write it like 300ms, 5s or 1m30s"
		}
		at = d
	}
	if at += base; at < 0 || at > c["end"] {
		return 0, base, fmt.Sprintf("is %v, outside the scenario", at), fmt.Sprintf("keep it from 0s to %v, or let the scenario last longer", c["end"])
	}
	return at, base, "", ""
}
