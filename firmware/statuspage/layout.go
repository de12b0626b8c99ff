package statuspage

import "golang.org/x/net/html"

// document is the whole page.
func (p sheet) document() *html.Node {
	return document(
		el("head",
			el("meta", attr{"charset", "utf-8"}),
			meta("viewport", "width=device-width, initial-scale=1"),
			meta("color-scheme", "light dark"),
			el("noscript", el("meta", attr{"http-equiv", "refresh"}, attr{"content", "5"})),
			el("title", text(p.Mood.Sign()+" "+p.Headline), told(" · ", p.Device, "")),
			inline("style", p.nonce, pageCSS)),
		el("body",
			el("div", attr{"id", "lost"}, attr{"role", "alert"}, attr{"hidden", ""},
				text("This page has lost the device. "), el("span", attr{"id", "lost-since"}),
				text(" Nothing below is known to be true now.")),
			el("div", attr{"id", "live"}, p.header(), p.main()),
			footer(),
			inline("script", p.nonce, pageJS)))
}

func meta(name, content string) piece {
	return el("meta", attr{"name", name}, attr{"content", content})
}

// header tells the worst, for those who only glance.
func (p sheet) header() piece {
	worst := group{}
	if len(p.Services) > 0 && p.Mood != MoodGood {
		worst = group{el("p", class("lead"), text(lead(p.Services[0])))}
	}
	return el("header", class(string(p.Mood)),
		el("p", class("where"),
			when(p.started, el("b", text(p.Device)), text(" "+p.Site+", "+p.Region)), text("\n"),
			el("span", class("when"), when(p.started, text(clockLine(p.View))))),
		el("h1", el("span", class("sign"), hidden(), text(p.Mood.Sign())), text(" "+p.Headline)),
		worst,
		when(p.started, el("p", class("company"), text(company(p.View)))),
		when(p.started && p.ClockSays != "", el("p", class("company"), text(p.ClockSays))))
}

// main tells everything else.
func (p sheet) main() piece {
	if !p.started {
		return el("main")
	}
	return el("main",
		each(p.Services, p.service),
		when(len(p.Lamps) > 0, el("section", el("p", class("facts"), text("Lamps: "), each(p.Lamps, lamp)))),
		when(len(p.Services) == 0, el("section", el("p", class("says"),
			text("No service is configured, so nothing is measured. Give this device a config with at least one service.")))),
		el("div", class("pair"),
			section("Uplinks", table("", uplinks(p.Uplinks))),
			section("Fleet and parts",
				when(len(p.Peers)+len(p.Parts) == 0, el("p", text("No other device and no broker is configured."))),
				table("", each(p.Peers, peer), each(p.Parts, part)))),
		section("What changed", table("changes", p.changes())))
}

// footer takes commands, and leads to what tools read.
func footer() piece {
	return el("footer",
		el("label", text("You are "), el("input", attr{"id", "by"}, attr{"maxlength", "64"},
			attr{"placeholder", "your name"}, attr{"autocomplete", "name"})),
		el("button", attr{"data-mute", "true"}, text("Mute buzzer")), text(" "),
		el("button", attr{"data-mute", "false"}, text("Unmute")),
		el("span", attr{"id", "said"}, attr{"role", "status"}),
		el("nav",
			text("JSON: "), el("a", attr{"href", "/api/v1/view"}, text("view")), text(", "),
			el("a", attr{"href", "/api/v1/transitions"}, text("transitions")), text(" · "),
			el("a", attr{"href", "/api/v1/stream"}, text("live stream"))))
}

// lamp is a lamp of the panel, in words.
func lamp(l Lamp) piece {
	return el("span", bold(l.Name), text(" "+l.Shows+", "+l.Says))
}

// hidden spares those who listen to the page a sign that the words beside it tell as well.
func hidden() attr { return attr{"aria-hidden", "true"} }

func section(title string, pieces ...piece) piece {
	return el("section", el("h2", text(title)), group(pieces))
}

// pill is words on a mood's colour.
func pill(m Mood, words string) piece {
	return el("span", class("pill", string(m)), el("span", hidden(), text(m.Sign())), text(" "+words))
}

// mark is a mood's sign in its colour.
func mark(m Mood) piece { return el("span", class("mark", string(m)), text(m.Sign())) }

func small(words string) piece { return el("small", text(words)) }

func bold(words string) piece { return el("b", text(words)) }
