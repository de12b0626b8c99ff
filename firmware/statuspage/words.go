package statuspage

import (
	"fmt"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// wording is how a status is told to people.
type wording struct {
	mood  Mood
	title string
	says  string
}

// word returns the wording of a status with its impact.
func word(s firmware.Status, i firmware.Impact) wording {
	switch s {
	case firmware.StatusUp:
		return wording{MoodGood, "Up", "Works as customers expect."}
	case firmware.StatusSuspected:
		return wording{MoodWarn, "Suspected", "Something failed and is being looked at again. " + perhaps(i)}
	case firmware.StatusPartial:
		return wording{MoodWarn, "Partial", "Fails over one path only, every other vantage passes: likely that path."}
	case firmware.StatusSingleSite:
		return wording{MoodWarn, "Fails from this site", "Fails as seen from one site alone; nobody else can look. " + perhaps(i)}
	case firmware.StatusRecovering:
		return wording{MoodWarn, "Recovering", "Good again, but not yet for long enough to trust it."}
	case firmware.StatusConfirmed:
		return confirmed(i)
	}
	return wording{MoodUnknown, "Not known", "No fresh evidence: it may be up or down."}
}

func confirmed(i firmware.Impact) wording {
	switch i {
	case firmware.ImpactMasked:
		return wording{MoodBad, "Masked", "The origin is dead. Customers are still served from a cache, which will run out."}
	case firmware.ImpactDegraded:
		return wording{MoodWarn, "Degraded", "Customers get slow or partial answers."}
	}
	return wording{MoodBad, "Down", "Customers cannot use it."}
}

// perhaps tells an impact that isn't confirmed.
func perhaps(i firmware.Impact) string {
	switch i {
	case firmware.ImpactDown:
		return "If confirmed, customers cannot use it."
	case firmware.ImpactMasked:
		return "If confirmed, only a cache still answers customers."
	case firmware.ImpactDegraded:
		return "If confirmed, customers get slow or partial answers."
	}
	return ""
}

// rank orders moods, the worst highest.
func (m Mood) rank() int {
	switch m {
	case MoodBad:
		return 3
	case MoodWarn:
		return 2
	case MoodUnknown:
		return 1
	}
	return 0
}

// Sign is a character that tells the mood without its colour.
func (m Mood) Sign() string {
	switch m {
	case MoodBad:
		return "✕"
	case MoodWarn:
		return "!"
	case MoodGood:
		return "✓"
	}
	return "?"
}

// headline tells the worst of the services in one sentence, and its mood.
func headline(v View) (string, Mood) {
	if v.Unconfigured || len(v.Services) == 0 {
		return "Nothing is watched yet", MoodUnknown
	}
	worst, same := 0, 1
	for i, s := range v.Services[1:] {
		switch a, b := s.Mood.rank(), v.Services[worst].Mood.rank(); {
		case a > b:
			worst, same = i+1, 1
		case a == b:
			same++
		}
	}
	s := v.Services[worst]
	switch {
	case s.Mood == MoodGood:
		return plural(len(v.Services), "service is up", "services are up"), MoodGood
	case same > 1:
		return fmt.Sprintf("%s: %s, and %d more", s.Title, s.Name, same-1), s.Mood
	}
	return s.Title + ": " + s.Name, s.Mood
}

func plural(n int, one, many string) string {
	switch n {
	case 1:
		return "The " + one
	case 2:
		return "Both " + many
	}
	return fmt.Sprintf("All %d %s", n, many)
}

// age tells a duration the way people do: "3 s", "12 min", "2 h 5 min", "3 h", "3 d 4 h".
func age(d time.Duration) string {
	switch d = max(0, d); {
	case d < 100*time.Second:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 100*time.Minute:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return both(int(d.Hours()), "h", int(d.Minutes())%60, "min")
	}
	return both(int(d.Hours())/24, "d", int(d.Hours())%24, "h")
}

func both(big int, bigUnit string, small int, smallUnit string) string {
	if small == 0 {
		return fmt.Sprintf("%d %s", big, bigUnit)
	}
	return fmt.Sprintf("%d %s %d %s", big, bigUnit, small, smallUnit)
}

// Mood is how an uplink feels: one that sees, but has dead resolvers, is not well.
func (u Uplink) Mood() Mood {
	switch u.Sight {
	case fold.SightSighted:
		if u.Why != "" {
			return MoodWarn
		}
		return MoodGood
	case fold.SightBlind:
		return MoodWarn
	case fold.SightDown:
		return MoodBad
	}
	return MoodUnknown
}

// voteMood is how a vote feels.
func voteMood(s firmware.VoteState) Mood {
	switch s {
	case firmware.VotePass:
		return MoodGood
	case firmware.VotePending:
		return MoodWarn
	case firmware.VoteFail:
		return MoodBad
	}
	return MoodUnknown
}
