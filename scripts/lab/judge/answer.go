package judge

import (
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/scripts/lab/scenario"
)

// Answer is what was true of a service in a scenario, and what the fleet said of it at its worst.
type Answer struct {
	Service string `json:"service"`
	True    string `json:"true"` // one of [Truths]
	Said    string `json:"said"` // one of [Sayings]
}

// Truths are what can be true of a service, from well to worst.
func Truths() []string {
	return []string{"nothing wrong", "wrong for one site alone", "degraded", "masked", "down"}
}

// Sayings are what can be said of a service, from well to worst.
func Sayings() []string {
	return []string{"not known", "up", "suspected", "partial", "single site", "confirmed degraded", "confirmed masked", "confirmed down"}
}

// Right reports whether a saying is the right one for a truth: exactly the outage that was there; of what is wrong for
// one site alone nothing confirmed but something said; and of nothing wrong nothing more than a suspicion.
func (a Answer) Right() bool {
	switch a.True {
	case "nothing wrong":
		return a.Said == "up" || a.Said == "suspected" || a.Said == "partial" || a.Said == "not known"
	case "wrong for one site alone":
		return a.Said == "suspected" || a.Said == "partial" || a.Said == "single site"
	}
	return a.Said == "confirmed "+a.True
}

// answers returns one answer per service that anybody decided on.
func answers(e *evidence) (all []Answer) {
	said := map[string]int{}
	var services []string
	for _, t := range e.tracks {
		if t.kind != scenario.SeeDecision {
			continue
		}
		if _, known := said[t.subject]; !known {
			services = append(services, t.subject)
			said[t.subject] = 0
		}
		for _, s := range t.states {
			if s.until >= 0 { // what was before the start is nobody's answer
				said[t.subject] = max(said[t.subject], saying(s.sighting))
			}
		}
	}
	slices.Sort(services)
	for _, service := range services {
		all = append(all, Answer{service, e.really(service), Sayings()[said[service]]})
	}
	return all
}

// saying returns a decision's place among the sayings.
func saying(s sighting) int {
	words := strings.ReplaceAll(s.state, "_", " ")
	switch s.state {
	case string(firmware.StatusConfirmed):
		words += " " + strings.Join(s.says["impact"], "")
	case string(firmware.StatusRecovering):
		words = "up" // what it recovers from was said before
	}
	return max(0, slices.Index(Sayings(), words))
}

func (e *evidence) really(service string) string {
	worst := 0
	for _, t := range e.Scenario.Truth {
		switch {
		case t.Service != service:
		case len(t.Only) > 0:
			worst = max(worst, 1)
		default:
			worst = max(worst, 1+int(t.Impact))
		}
	}
	return Truths()[worst]
}

// Measure is how long a device took over one truth. What did not happen is absent.
type Measure struct {
	Service string `json:"service"`
	Device  string `json:"device"`
	Impact  string `json:"impact"`
	Suspect *Ms    `json:"suspect_ms,omitempty"` // from its beginning
	Confirm *Ms    `json:"confirm_ms,omitempty"` // from its beginning
	Recover *Ms    `json:"recover_ms,omitempty"` // from its end to up, of what was confirmed
}

func measures(e *evidence) (all []Measure) {
	for _, truth := range e.Scenario.Truth {
		if len(truth.Only) > 0 {
			continue
		}
		for _, t := range e.tracks {
			if t.kind != scenario.SeeDecision || t.subject != truth.Service {
				continue
			}
			m := Measure{Service: t.subject, Device: t.device, Impact: truth.Impact.String()}
			m.Suspect = t.since(truth.From, "suspected", "partial", "single_site", "confirmed")
			m.Confirm = t.since(truth.From, "confirmed")
			if m.Confirm != nil {
				m.Recover = t.since(truth.Until, "up")
			}
			all = append(all, m)
		}
	}
	return all
}

// since returns how long after from a track is in one of the states; nil when it never is.
func (t *track) since(from time.Duration, states ...string) *Ms {
	found := meet([]*track{t}, scenario.Sight{See: t.kind, Of: t.subject, Is: states, Window: scenario.Span{From: from, Until: time.Hour}}, t.device)
	if len(found) == 0 {
		return nil
	}
	return pointer(max(found[0].span.From, from) - from)
}
