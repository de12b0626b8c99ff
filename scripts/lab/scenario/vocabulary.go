package scenario

import (
	"slices"

	"edgeprobe.io/firmware"
)

// vocabularyOf is what one kind of sight can say.
type vocabularyOf struct {
	is    []string // patterns must fit one of them; empty: anything goes
	with  []string // the fields that can be asked for
	of    bool     // a subject must be named
	named func(Catalog) []string
}

// subjects are all that there can be a sight of; nil: not known.
func (v vocabularyOf) subjects(have Catalog) []string {
	if v.named == nil {
		return nil
	}
	return v.named(have)
}

// vocabulary returns what a kind of sight can say.
func vocabulary(k Kind) vocabularyOf {
	switch k {
	case SeeVote:
		return vocabularyOf{is: []string{"pass", "pending", "fail", "none"}, with: []string{"impact", "region", "recovering"},
			of: true, named: func(c Catalog) []string { return pairs(c.Services, c.Uplinks) }}
	case SeeDecision:
		return vocabularyOf{is: statuses(), of: true, named: func(c Catalog) []string { return c.Services },
			with: []string{"impact", "severity", "targets", "observers", "witnesses", "view", "voters", "failing", "acked_by", "regions", "masked"}}
	case SeeLamp:
		return vocabularyOf{is: lamps(), with: []string{"colour", "lapsed"}, of: true,
			named: func(c Catalog) []string {
				return slices.Concat(pairs([]string{"service"}, c.Regions), pairs([]string{"uplink"}, c.Uplinks), some(c.Regions, "feed", "self"))
			}}
	case SeeBuzzer:
		return vocabularyOf{is: []string{"silent", "recovered", "masked", "down"}}
	case SeeUplink:
		return vocabularyOf{is: []string{"unknown", "sighted", "blind", "down"}, with: []string{"controls_good", "controls", "network"},
			of: true, named: func(c Catalog) []string { return c.Uplinks }}
	case SeeEvent:
		return vocabularyOf{with: []string{"kind", "from", "severity", "replayed", "durable", "impact"}, of: true}
	case SeeIncident:
		return vocabularyOf{with: []string{"impact", "targets", "observers"}, of: true, named: func(c Catalog) []string { return c.Services }}
	case SeeTopic:
		return vocabularyOf{of: true}
	case SeeStatus:
		return vocabularyOf{is: []string{"online", "offline"}, with: []string{"clean", "broker", "time_quality"}}
	case SeeResult:
		return vocabularyOf{is: outcomes(), of: true}
	}
	return vocabularyOf{}
}

func statuses() []string {
	var all []string
	for _, s := range []firmware.Status{
		firmware.StatusUnknown, firmware.StatusUp, firmware.StatusSuspected, firmware.StatusPartial,
		firmware.StatusSingleSite, firmware.StatusConfirmed, firmware.StatusRecovering,
	} {
		all = append(all, string(s))
	}
	return all
}

func outcomes() (all []string) {
	for o := firmware.OutcomeMissed; o <= firmware.OutcomeLast; o++ {
		all = append(all, o.String())
	}
	return all
}

// lamps are the patterns of the panel in its own words.
func lamps() []string {
	return []string{
		"off", "green steady", "amber slow blink", "amber fast blink", "amber quick flash", "red fast blink", "red held",
		"red slow blink", "red and green alternating", "white steady", "white slow blink", "white seldom flash",
	}
}

// pairs returns "a/b" of all of both; none when one has none.
func pairs(as, bs []string) (all []string) {
	for _, a := range as {
		for _, b := range bs {
			all = append(all, a+"/"+b)
		}
	}
	return all
}

// some returns names if the list that stands for them is known.
func some(list []string, names ...string) []string {
	if len(list) == 0 {
		return nil
	}
	return names
}
