package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// trial judges one device's view of an arc.
type trial struct {
	arc      Arc
	finding  Finding
	settled  time.Duration // from suspected to the first confirmed, whatever its impact
	problems []string
}

func (t *trial) complain(format string, args ...any) {
	t.problems = append(t.problems, t.finding.Device+": "+fmt.Sprintf(format, args...))
}

// main follows the service that went down.
func (t *trial) main(ms []Moment) {
	cut, _ := slices.BinarySearchFunc(ms, t.arc.Cut, func(m Moment, at time.Time) int { return m.At.Compare(at) })
	t.before(ms[:cut])
	t.after(ms[cut:])
	t.budgets()
}

// before holds that nothing was confirmed until something was done, and that what one site alone saw was seen.
func (t *trial) before(ms []Moment) {
	doubted := t.arc.Hiccup.IsZero()
	for _, m := range ms {
		doubted = doubted || m.Status == suspected && !m.At.Before(t.arc.Hiccup)
		if m.Status == confirmed && !m.At.Before(t.arc.Began) {
			t.complain("%s was confirmed %s before the account was cut", t.arc.Main, seconds(t.arc.Cut.Sub(m.At)))
		}
	}
	if !doubted {
		t.complain("%s was not suspected when one site saw it fail", t.arc.Main)
	}
	if len(ms) == 0 || ms[len(ms)-1].Status != up {
		t.complain("%s was not up when the account was cut", t.arc.Main)
	}
}

// after holds the order of the statuses, and that none of them was false.
func (t *trial) after(ms []Moment) {
	missing := []string{suspected, confirmed, recovering, up}
	last := up
	var path []string
	for _, m := range ms {
		path = append(path, m.Status)
		if len(missing) > 0 && m.Status == missing[0] {
			missing = missing[1:]
		}
		t.time(m)
		if m.Status == up && last == confirmed {
			t.complain("%s went from confirmed to up without recovering", t.arc.Main)
		}
		if m.Status == up && m.At.Before(t.arc.Ended[t.finding.Device]) {
			t.complain("%s was called up %s after the cut, while it was still failing", t.arc.Main, seconds(m.At.Sub(t.arc.Cut)))
		}
		last = m.Status
	}
	t.end(missing, slices.Compact(append([]string{up}, path...)))
}

// end holds that nothing of the order is missing when all has been heard.
func (t *trial) end(missing, path []string) {
	if len(missing) > 0 {
		t.complain("%s never came to %s; it went %s", t.arc.Main, missing[0], strings.Join(path, ", "))
	}
	if slices.Contains(path, confirmed) && t.finding.Confirm < 0 {
		t.complain("%s was confirmed, but never as down", t.arc.Main)
	}
	last := path[len(path)-1]
	if last != up {
		t.finding.Up = -1
	}
	if last != up && len(missing) == 0 {
		t.complain("%s ended %s", t.arc.Main, last)
	}
}

// time notes when a status came first, and up when it came last.
func (t *trial) time(m Moment) {
	if m.Status == confirmed && t.settled == 0 && t.finding.Suspect >= 0 {
		t.settled = m.At.Sub(t.arc.Cut) - t.finding.Suspect
	}
	switch since := m.At.Sub(t.arc.Cut); {
	case m.Status == suspected && t.finding.Suspect < 0:
		t.finding.Suspect = since
	case m.Status == confirmed && m.Impact == down && t.finding.Confirm < 0: // less than down is not the whole truth yet
		t.finding.Confirm = since
	case m.Status == up:
		t.finding.Up = max(0, m.At.Sub(t.arc.over()))
	}
}

// budgets holds the times; what never happened has been said already.
func (t *trial) budgets() {
	t.within(t.arc.Main, "suspected", t.finding.Suspect, t.arc.Interval+suspectSlack)
	t.within(t.arc.Main, "confirmed as down", t.finding.Confirm, confirmWithin)
	t.within(t.arc.Main, "confirmed, once suspected,", t.settled, settleBudget)
	t.within(t.arc.Main, "up again", t.finding.Up, upWithin)
}

func (t *trial) within(service, what string, took, budget time.Duration) {
	if took > budget {
		t.complain("%s was %s after %s, and %s is the budget", service, what, seconds(took), seconds(budget))
	}
}

// masked holds that the service that only looked alive was found out, and that nobody called it down.
func (t *trial) masked(ms []Moment) {
	for _, m := range ms {
		if m.Status != confirmed || m.At.Before(t.arc.Cut) {
			continue
		}
		if m.Impact == masked && t.finding.Masked < 0 {
			t.finding.Masked = m.At.Sub(t.arc.Cut)
		}
		if m.Impact == down {
			t.complain("%s was called down, but its edge answered all the time", t.arc.Masked)
		}
	}
	if t.finding.Masked < 0 {
		t.complain("%s was never confirmed as masked", t.arc.Masked)
	}
	t.within(t.arc.Masked, "confirmed as masked", t.finding.Masked, confirmWithin)
}
