package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/uplink"
	"edgeprobe.io/firmware/uplink/resolvers"
)

// drawUplinks shows a row each, or where the terminal is too narrow for that, some lines each.
func drawUplinks(c canvas, ways []wayOut) error {
	if len(ways) == 0 {
		_, err := fmt.Fprintln(c, "this machine has no way out: no interface but its own loop")
		return err
	}
	heads := []string{"  UPLINK", "STATE", "ADDRESS", "ROUTE", "RESOLVERS", "BYTES"}
	var table strings.Builder
	t := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	line(t, heads...)
	for _, w := range ways {
		line(t, uplinkRow(w)...)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for l := range strings.Lines(table.String()) {
		if utf8.RuneCountInString(l) > c.width+1 { // with its end
			return drawLists(c, heads, ways)
		}
	}
	_, err := fmt.Fprint(c, table.String())
	return err
}

// drawLists shows each uplink and its state, and what else is known of it in a line each.
func drawLists(c canvas, heads []string, ways []wayOut) error {
	const column = 15
	for _, w := range ways {
		row := uplinkRow(w)
		fmt.Fprintf(c, "%s  ", row[0])
		drawWrapped(c, row[1], utf8.RuneCountInString(row[0])+2)
		for i := 2; i < len(row); i++ {
			if row[i] != "-" {
				fmt.Fprint(c, c.paint(dim, fmt.Sprintf("    %-*s", column-4, strings.ToLower(heads[i]))))
				drawWrapped(c, row[i], column)
			}
		}
	}
	return nil
}

// drawWrapped writes a text that begins in a column, and goes on there in further lines.
func drawWrapped(c canvas, text string, column int) {
	lines := wrapped(text, max(20, c.width-column))
	fmt.Fprintln(c, strings.Join(lines, "\n"+strings.Repeat(" ", column)))
}

// uplinkRow is what is shown of an uplink; "-" is what is not known.
func uplinkRow(w wayOut) []string {
	sign, state := statuspage.MoodGood.Sign(), "up"
	switch {
	case !w.Up:
		sign, state = statuspage.MoodBad.Sign(), "down: "+w.Why
	case w.Portal != "":
		sign, state = statuspage.MoodWarn.Sign(), "up, but "+w.Portal
	case w.Unresolved != "":
		sign, state = statuspage.MoodWarn.Sign(), "up, but "+w.Unresolved
	case w.Unasked != "":
		sign, state = statuspage.MoodWarn.Sign(), "up; its portal check can tell nothing: "+w.Unasked
	}
	return []string{sign + " " + w.Name, printable(state), cmp.Or(addressWords(w.Addresses), "-"), cmp.Or(routeWords(w.Routes), "-"), cmp.Or(resolverWords(w), "-"), monthWords(w)}
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
