package statuspage

import "strings"

// table is a table without a head.
func table(name string, rows ...piece) piece {
	return el("table", when(name != "", class(name)), el("tbody", rows...))
}

// headed is a table whose columns have names; where it is narrow, each cell shows its own.
func headed(columns []string, rows ...piece) piece {
	return el("table",
		el("thead", el("tr", each(columns, func(c string) piece { return el("th", text(c)) }))),
		el("tbody", rows...))
}

// cell is a cell of a headed table.
func cell(label string, pieces ...piece) piece {
	return el("td", attr{"data-label", label}, group(pieces))
}

// line is a row of a table without a head.
func line(cells ...group) piece {
	return el("tr", each(cells, func(g group) piece { return el("td", g...) }))
}

func uplinks(us []Uplink) group {
	if len(us) == 0 {
		return group{line(group{text("None configured.")})}
	}
	return each(us, func(u Uplink) piece {
		network := u.Network
		if u.Metered {
			network += ", metered"
		}
		return line(
			group{bold(u.Name), text(" "), small(network)},
			group{mark(u.Mood()), text(" " + string(u.Sight) + " "), small(sighting(u))})
	})
}

func peer(p Peer) piece {
	m, state := MoodWarn, "not heard"
	if p.Alive {
		m, state = MoodGood, "alive"
	}
	return line(
		group{bold(p.Device), text(" "), small(p.Site)},
		group{mark(m), text(" " + state)},
		group{small(heard(p.Heard))})
}

func part(p Part) piece {
	m, state := MoodBad, "fails"
	if p.OK {
		m, state = MoodGood, "works"
	}
	return line(
		group{bold(p.Name)},
		group{mark(m), text(" " + state)},
		group{small(held(p.Since, "") + because(p.Why))})
}

// changes are the newest transitions.
func (p sheet) changes() group {
	if len(p.transitions) == 0 {
		return group{line(group{text("Nothing yet.")})}
	}
	return each(p.transitions, func(t Transition) piece {
		clock := wallClock(t.When(), p.Time, p.Clock)
		return line(
			group{class("time"), when(clock != "", bold(clock), text(" ")), small(ago(t.When()))},
			group{text(t.Kind + " "), bold(t.Subject)},
			group{told("", t.From, " → "), bold(t.To), when(!strings.HasSuffix(t.To, t.Impact.String()), text(impact(t.Impact)))},
			group{class("why"), text(t.Why)})
	})
}
