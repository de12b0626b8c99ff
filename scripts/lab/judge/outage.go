package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/scripts/lab/scenario"
)

// afterglow is how long after the end of a fault it may still be confirmed: answers that were under way, and the
// feed.
const afterglow = 2 * time.Second

// noFalseOutage holds every decision that becomes confirmed against what was really so: then, with that impact or a
// worse one, and in those regions.
func noFalseOutage(e *evidence) (breaches []string) {
	for _, t := range e.tracks {
		if t.kind != scenario.SeeDecision {
			continue
		}
		for i, s := range t.states {
			if s.state != string(firmware.StatusConfirmed) || i > 0 && !grew(t.states[i-1].sighting, s.sighting) {
				continue
			}
			if why := e.falsely(s.sighting); why != "" {
				breaches = append(breaches, fmt.Sprintf("%s at %s: %s is confirmed %s in %s, %s", s.device, short(s.at), s.subject,
					strings.Join(s.says["impact"], ""), strings.Join(s.says["targets"], "+"), why))
			}
		}
	}
	return breaches
}

// grew reports whether a confirmed decision claims more than the one before.
func grew(before, after sighting) bool {
	return before.state != after.state || !same(before.says["impact"], after.says["impact"]) ||
		!same(before.says["targets"], after.says["targets"])
}

// falsely says what of a confirmed decision was not so; "" when all of it was.
func (e *evidence) falsely(s sighting) string {
	var real []scenario.Truth
	for _, t := range e.Scenario.Truth {
		if t.Service == s.subject && len(t.Only) == 0 && t.From <= s.at && s.at <= t.Until+afterglow {
			real = append(real, t)
		}
	}
	if len(real) == 0 {
		return "where nothing was wrong for everybody"
	}
	worst := firmware.ImpactNone
	for _, t := range real {
		worst = max(worst, t.Impact)
	}
	var said firmware.Impact
	if err := said.UnmarshalText([]byte(strings.Join(s.says["impact"], ""))); err != nil || said > worst {
		return "which was " + worst.String() + " at worst"
	}
	for _, region := range s.says["targets"] {
		if !slices.ContainsFunc(real, func(t scenario.Truth) bool {
			return region == "" || len(t.Regions) == 0 || slices.Contains(t.Regions, region)
		}) {
			return "where " + region + " was well"
		}
	}
	return ""
}
