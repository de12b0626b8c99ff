package statuspage

import (
	"fmt"
	"strings"
)

// service is a service with all that is known of it.
func (p sheet) service(s Service) piece {
	return el("section", class("service", string(s.Mood)),
		el("h2", pill(s.Mood, s.Title), text(" "+s.Name)),
		el("p", class("says"), text(says(s))),
		el("p", class("facts"), p.facts(s)),
		when(s.Incident != "" && s.AckedBy == "", el("p", class("act"),
			el("button", attr{"data-ack", s.Name}, text("Acknowledge "+s.Name)))),
		when(len(s.Regions) > 0, el("p", class("regions"), each(s.Regions, func(r Region) piece {
			return group{pill(r.Mood, r.Region+" "+r.Title), text(" ")}
		}))),
		when(len(s.Votes) > 0, more("votes-"+s.Name, s.Mood != MoodGood, fmt.Sprintf("Who votes what: %d", len(s.Votes)),
			headed([]string{"vantage", "vote", "since", "evidence", "why"}, each(s.Votes, vote)))),
		when(len(s.Checks) > 0, more("checks-"+s.Name, false, fmt.Sprintf("What was measured last: %d", len(s.Checks)),
			headed([]string{"check", "outcome", "took", "when", "detail"}, each(s.Checks, check)))))
}

// facts are what one asks first: since when, who knows, where, and why.
func (p sheet) facts(s Service) group {
	fact := func(pieces ...piece) piece { return el("span", pieces...) }
	return group{
		when(began(s) != nil, fact(text("Since "), bold(at(began(s), p.View, " UTC")))),
		when(s.Confirmed != nil, fact(text("Confirmed "), bold(at(s.Confirmed, p.View, "")))),
		when(s.Unobserved != nil, fact(class("loud"), text("Unobserved since "), bold(at(s.Unobserved, p.View, "")))),
		when(s.Incident != "" && s.AckedBy != "", fact(text("Acknowledged by "), bold(s.AckedBy))),
		when(s.Incident != "" && s.AckedBy == "", fact(class("loud"), text("Not acknowledged"))),
		when(len(s.Scope.Targets) > 0 && !inWhy(s), fact(text("Fails in "), bold(strings.Join(s.Scope.Targets, ", ")),
			text(", seen from "), bold(strings.Join(s.Scope.Observers, ", ")))),
		fact(text(why(s))),
		when(!s.FullView, fact(text("not every device is heard"))),
	}
}

// began is when what is said of a service began; nil when nobody knows.
func began(s Service) *Instant {
	if s.Started != nil {
		return s.Started
	}
	return s.Since
}

// more is a part that opens when its summary is pressed; the script keeps it as its reader left it.
func more(id string, open bool, summary string, pieces ...piece) piece {
	return el("details", attr{"id", id}, when(open, attr{"open", ""}), el("summary", text(summary)), group(pieces))
}

func vote(v Vote) piece {
	m := voteMood(v.State)
	since := ago(v.Since)
	if since == "" && !v.Own {
		since = "not told" // a peer tells how old its evidence is, which is all that counts
	}
	return el("tr",
		cell("vantage", text(v.Device+"/"+v.Uplink), when(v.Own, text(" "), small("this device")),
			when(v.Region != "", text(" "), small("on "+v.Region))),
		cell("vote", mark(m), text(" "+string(v.State)+impact(v.Impact))),
		cell("since", text(since)),
		cell("evidence", text(ago(v.Evidence))),
		cell("why", class("why"), text(v.Why)))
}

func check(c Check) piece {
	m := MoodBad
	switch {
	case c.Outcome.OK():
		m = MoodGood
	case c.Outcome.Void():
		m = MoodUnknown
	}
	outcome := " " + c.Outcome.String()
	if c.Code != 0 {
		outcome += fmt.Sprintf(" %d", c.Code)
	}
	return el("tr",
		cell("check", text(c.Name+" "), small(fmt.Sprintf("%s over %s", c.Role, c.Uplink))),
		cell("outcome", mark(m), text(outcome), told(", cache ", c.Cache, "")),
		cell("took", text(took(c.TookMS))),
		cell("when", text(ago(c.Start))),
		cell("detail", class("why"), text(c.Detail)))
}
