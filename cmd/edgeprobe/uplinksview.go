package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"
	"text/tabwriter"

	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/uplink"
	"edgeprobe.io/firmware/uplink/resolvers"
)

func drawUplinks(c canvas, ways []wayOut) error {
	if len(ways) == 0 {
		_, err := fmt.Fprintln(c, "this machine has no way out: no interface but its own loop")
		return err
	}
	t := tabwriter.NewWriter(c, 0, 0, 2, ' ', 0)
	line(t, "  UPLINK", "STATE", "ADDRESS", "ROUTE", "RESOLVERS", "BYTES")
	for _, w := range ways {
		sign, state := statuspage.MoodGood.Sign(), "up"
		switch {
		case !w.Up:
			sign, state = statuspage.MoodBad.Sign(), "down: "+w.Why
		case w.Portal != "":
			sign, state = statuspage.MoodWarn.Sign(), "up, but "+w.Portal
		case w.Unresolved != "":
			sign, state = statuspage.MoodWarn.Sign(), "up, but "+w.Unresolved
		}
		line(t, sign+" "+w.Name, state, cmp.Or(addressWords(w.Addresses), "-"), cmp.Or(routeWords(w.Routes), "-"), cmp.Or(resolverWords(w), "-"), monthWords(w))
	}
	return t.Flush()
}

// addressWords leaves out addresses that lead nowhere but to the next machine, when there are others.
func addressWords(all []netip.Prefix) string {
	var words []string
	for _, p := range all {
		if !p.Addr().IsLinkLocalUnicast() {
			words = append(words, p.String())
		}
	}
	return strings.Join(words, " ")
}

func routeWords(all []uplink.Route) string {
	var words []string
	for _, r := range all {
		via := "direct"
		if r.Gateway.IsValid() {
			via = "via " + r.Gateway.String()
		}
		words = append(words, fmt.Sprintf("%s metric %d", via, r.Metric))
	}
	return strings.Join(words, ", ")
}

// resolverWords leaves out the usual port, and says where they are from.
func resolverWords(w wayOut) string {
	var words []string
	for _, r := range w.Resolvers {
		if r.Port() == dnsPort {
			words = append(words, r.Addr().String())
		} else {
			words = append(words, r.String())
		}
	}
	switch {
	case len(words) == 0:
		return ""
	case w.From == resolvers.Config:
		return strings.Join(words, " ") + " from the config"
	}
	return strings.Join(words, " ") + " from " + string(w.From)
}

func monthWords(w wayOut) string {
	switch {
	case w.Month == nil:
		return "-"
	case w.Month.Allowance == 0:
		return amount(w.Month.Bytes) + " this month"
	}
	return fmt.Sprintf("%s of %s this month", amount(w.Month.Bytes), amount(w.Month.Allowance))
}

// amount writes bytes in decimal units, as bills do.
func amount(n int64) string {
	f, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if f < 999.5 {
			break
		}
		f, unit = f/1000, next
	}
	if f < 10 && unit != "B" {
		return fmt.Sprintf("%.1f %s", f, unit)
	}
	return fmt.Sprintf("%.0f %s", f, unit)
}
