package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/statuspage"
)

// drawStatus shows a device's page as tables: first what customers notice, then what that stands on. The words are the
// page's own.
func drawStatus(c canvas, v statuspage.View) error {
	fmt.Fprintf(c, "%s\n", c.paint(moodStyle(v.Mood), v.Mood.Sign()+" "+printable(v.Headline)))
	fmt.Fprintf(c, "as seen by %s, site %s, region %s; clock %s; %s\n", printable(v.Device), printable(v.Site), printable(v.Region), v.Clock, companyWords(v))
	if v.ClockSays != "" {
		fmt.Fprintln(c, printable(v.ClockSays))
	}
	t := tabwriter.NewWriter(c, 0, 0, 2, ' ', 0)
	if len(v.Services) > 0 {
		line(t, "\n  SERVICE", "STATE", "FOR", "FAILING", "WHY")
	}
	for _, s := range v.Services {
		line(t, s.Mood.Sign()+" "+s.Name, stateWords(s), age(began(s)), fmt.Sprintf("%d of %d", s.Failing, s.Voters), cause(s))
	}
	if len(v.Uplinks) > 0 {
		line(t, "\n  UPLINK", "STATE", "FOR", "CONTROLS", "NETWORK")
	}
	for _, u := range v.Uplinks {
		line(t, u.Mood().Sign()+" "+u.Name, sightWords(u), age(u.Since), fmt.Sprintf("%d of %d", u.Good, u.Controls), u.Network)
	}
	if failing := failingParts(v.Parts); len(failing) > 0 {
		line(t, "\n  PART", "STATE", "FOR", "", "WHY")
		for _, p := range failing {
			line(t, statuspage.MoodBad.Sign()+" "+p.Name, "failing", age(p.Since), "", p.Why)
		}
	}
	return t.Flush()
}

// line writes the cells of a row. What comes from afar is only text here: it cannot steer the terminal.
func line(w io.Writer, cells ...string) {
	for i, cell := range cells {
		first := strings.HasPrefix(cell, "\n")
		cells[i] = printable(strings.TrimPrefix(cell, "\n"))
		if first {
			cells[i] = "\n" + cells[i]
		}
	}
	fmt.Fprintln(w, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
}

func moodStyle(m statuspage.Mood) string {
	switch m {
	case statuspage.MoodGood:
		return green
	case statuspage.MoodBad:
		return red
	}
	return yellow
}

// companyWords says whether this device could confirm an outage with those it hears.
func companyWords(v statuspage.View) string {
	alive := 0
	for _, p := range v.Peers {
		if p.Alive {
			alive++
		}
	}
	words := "it has no peers"
	if len(v.Peers) > 0 {
		words = fmt.Sprintf("it hears %d of %d peers", alive, len(v.Peers))
	}
	if v.Witnesses != firmware.WitnessesEnough {
		words += ", too few to confirm an outage"
	}
	return words
}

// cause says why a service is not well: what this device saw itself, else how the votes stand.
func cause(s statuspage.Service) string {
	if s.Mood == statuspage.MoodGood {
		return ""
	}
	for _, v := range s.Votes {
		if v.Own && v.Impact != firmware.ImpactNone && v.Why != "" {
			return v.Why
		}
	}
	return s.Why
}

func stateWords(s statuspage.Service) string {
	words := s.Title
	if s.Unobserved != nil {
		words += ", unobserved"
	}
	if s.AckedBy != "" {
		words += ", acknowledged by " + s.AckedBy
	}
	return words
}

// began is when what is said of a service began.
func began(s statuspage.Service) *statuspage.Instant {
	if s.Status == firmware.StatusConfirmed && s.Confirmed != nil {
		return s.Confirmed
	}
	if s.Started != nil {
		return s.Started
	}
	return s.Since
}

// age writes how long ago something was; nothing when that is not known.
func age(i *statuspage.Instant) string {
	if i == nil || i.AgeMS == nil {
		return ""
	}
	return roughly(max(0, time.Duration(*i.AgeMS)*time.Millisecond).Truncate(time.Second))
}

func sightWords(u statuspage.Uplink) string {
	if u.Why != "" {
		return string(u.Sight) + ": " + u.Why
	}
	return string(u.Sight)
}

func failingParts(parts []statuspage.Part) (out []statuspage.Part) {
	for _, p := range parts {
		if !p.OK {
			out = append(out, p)
		}
	}
	return out
}
