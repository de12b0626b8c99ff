package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

// drawStatus shows a view as tables: first what customers notice, then what it stands on. now is the instant at which
// the daemon was asked.
func drawStatus(c canvas, v fold.View, now firmware.Stamp) error {
	fmt.Fprintf(c, "%s, site %s, region %s; clock %s; %s\n", c.paint(bold, v.Device), v.Site, v.Region, v.Clock, companyWords(v))
	if v.Unconfigured {
		fmt.Fprintln(c, "\nNothing is watched: the config names no service.")
	}
	t := tabwriter.NewWriter(c, 0, 0, 2, ' ', 0)
	if len(v.Services) > 0 {
		fmt.Fprintln(t, "\nSERVICE\tSTATE\tSINCE\tVOTES\tWHY")
	}
	for _, s := range v.Services {
		d := s.Decision
		fmt.Fprintf(t, "%s\t%s\t%s\t%d of %d fail\t%s\n", d.Service, stateWords(d), since(now, startOf(d)), d.Failing, d.Voters, d.Why)
	}
	if len(v.Uplinks) > 0 {
		fmt.Fprintln(t, "\nUPLINK\tSIGHT\tSINCE\tCONTROLS\tNETWORK")
	}
	for _, u := range v.Uplinks {
		fmt.Fprintf(t, "%s\t%s\t%s\t%d of %d good\t%s\n", u.Name, sightWords(u), since(now, u.Since), u.Good, u.Controls, u.Network)
	}
	for _, p := range slices.DeleteFunc(slices.Clone(v.Parts), func(p fold.PartView) bool { return p.OK }) {
		fmt.Fprintf(t, "\nPART\tSTATE\tSINCE\n%s\tFAILING: %s\t%s\n", p.Name, p.Why, since(now, p.Since))
	}
	return t.Flush()
}

// companyWords says whether this device could confirm an outage with those it hears.
func companyWords(v fold.View) string {
	alive := 0
	for _, p := range v.Peers {
		if p.Alive {
			alive++
		}
	}
	words := fmt.Sprintf("hears %d of %d peers", alive, len(v.Peers))
	if v.Witnesses != firmware.WitnessesEnough {
		words += ", too few to confirm an outage"
	}
	return words
}

// stateWords names a decision: capitals where somebody should act.
func stateWords(d firmware.Decision) string {
	words := strings.ReplaceAll(string(d.Status), "_", " ")
	if d.Impact != firmware.ImpactNone {
		words += " " + d.Impact.String()
	}
	if d.Status == firmware.StatusConfirmed || d.Status == firmware.StatusSingleSite {
		words = strings.ToUpper(words)
	}
	if !d.Unobserved.Zero() {
		words += ", unobserved"
	}
	if d.AckedBy != "" {
		words += ", acknowledged by " + d.AckedBy
	}
	return words
}

// startOf is when what a decision says began.
func startOf(d firmware.Decision) firmware.Stamp {
	if d.Status == firmware.StatusConfirmed {
		return d.Confirmed
	}
	return d.Started
}

func sightWords(u fold.UplinkView) string {
	switch u.Sight {
	case fold.SightBlind, fold.SightDown:
		if u.Why == "" {
			return strings.ToUpper(string(u.Sight))
		}
		return strings.ToUpper(string(u.Sight)) + ": " + u.Why
	}
	return string(u.Sight)
}

// since writes how long ago something began: nothing when that is not known.
func since(now, began firmware.Stamp) string {
	switch ago := now.Since(began); {
	case began.Zero():
		return ""
	case ago == firmware.Forever:
		return "before this boot"
	case ago < time.Second:
		return "now"
	default:
		return roughly(ago)
	}
}
