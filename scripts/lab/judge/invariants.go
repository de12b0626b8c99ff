package judge

import (
	"fmt"
	"slices"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
)

// Invariant is the judge's word on what must hold in every scenario.
type Invariant struct {
	Name string   `json:"name"`
	Says string   `json:"says"` // one sentence: what holds
	Pass bool     `json:"pass"`
	Why  []string `json:"why,omitempty"` // one sentence per breach, the first of them
}

// rule is an invariant to be checked.
type rule struct {
	name, says string
	check      func(*evidence) []string
}

// rules are the invariants, in the order of the page.
func rules() []rule {
	return []rule{
		{"no-false-outage", "no outage is confirmed that was not there", noFalseOutage},
		{"no-stale-green", "no lamp is green on evidence past its validity", noStaleGreen},
		{"feed-is-store", "what the broker received is what the stores hold", feedIsStore},
		{"no-late-probe", "no probe runs past its deadline", noLateProbe},
		{"journal-replays", "replaying each journal gives the recorded transitions", journalReplays},
	}
}

// Invariants lists their names and what they say, in the order in which [Judge] checks them.
func Invariants() (all []Invariant) {
	for _, r := range rules() {
		all = append(all, Invariant{Name: r.name, Says: r.says})
	}
	return all
}

// maxBreaches bounds what one invariant reports.
const maxBreaches = 8

func checkInvariants(e *evidence) (all []Invariant) {
	for _, r := range rules() {
		i := Invariant{Name: r.name, Says: r.says, Why: r.check(e)}
		i.Pass = len(i.Why) == 0
		if over := len(i.Why) - maxBreaches; over > 0 {
			i.Why = append(i.Why[:maxBreaches:maxBreaches], fmt.Sprintf("and %d more", over))
		}
		all = append(all, i)
	}
	return all
}

// evidence is a case with what was made of it.
type evidence struct {
	Case
	tracks []*track
	events []sighting         // of the feed, each id once
	claims map[string][]claim // by device
	beats  map[string][]scenario.Span
	valid  map[look]time.Duration
}

// journalReplays: each journal was folded again when the stores were read; here it is only told.
func journalReplays(e *evidence) (breaches []string) {
	for _, h := range e.Stores {
		if h.Trouble != "" {
			breaches = append(breaches, h.Device+": "+h.Trouble)
		}
	}
	for _, device := range e.Scenario.World.Devices {
		if !slices.ContainsFunc(e.Stores, func(h Holding) bool { return h.Device == device }) {
			breaches = append(breaches, device+": its store was not read")
		}
	}
	return breaches
}
