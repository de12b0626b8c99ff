package yardstick

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Row is one figure, and what it is held to and compared with.
type Row struct {
	What   string  `json:"what"`
	Value  float64 `json:"value"` // the median of the rounds, where there are some
	Least  float64 `json:"least,omitempty"`
	Most   float64 `json:"most,omitempty"`   // of the rounds; 0: taken once
	Budget float64 `json:"budget,omitempty"` // 0: none, the figure stands there to compare with
	Unit   string  `json:"unit"`             // "ms", "B", "MB"
	Bare   float64 `json:"of_bare,omitempty"`
	Peer   float64 `json:"of_best_peer,omitempty"` // the ratios to the bare loop, in full and at the same pace, and to the best peer of this run; 0: nothing to compare
	Note   string  `json:"note,omitempty"`         // how it was taken, or what it compares to
}

// Over reports whether the figure is over its budget.
func (r Row) Over() bool { return r.Budget > 0 && r.Value > r.Budget }

// AnyOver reports whether any of the figures is over its budget.
func AnyOver(rows []Row) bool { return slices.ContainsFunc(rows, Row.Over) }

// state is the row's last word.
func (r Row) state() string {
	switch {
	case r.Budget == 0:
		return ""
	case r.Over():
		return "OVER"
	}
	return "ok"
}

// Print writes the rows as a table.
func Print(w io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tfigure\trounds\tbudget\t\tof bare\tof peer\tnote")
	for _, r := range rows {
		budget, spread := "", ""
		if r.Budget > 0 {
			budget = "<= " + number(r.Budget, r.Unit)
		}
		if r.Most > 0 {
			spread = digits(r.Least, r.Unit) + " to " + digits(r.Most, r.Unit)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			r.What, number(r.Value, r.Unit), spread, budget, r.state(), ratio(r.Bare), ratio(r.Peer), r.Note)
	}
	return t.Flush()
}

func ratio(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", v)
}

func number(v float64, unit string) string { return digits(v, unit) + " " + unit }

// digits is a figure without its unit, as exactly as it is worth to be read.
func digits(v float64, unit string) string {
	switch unit {
	case "B":
		return fmt.Sprintf("%.0f", v)
	case "MB":
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// Rounds returns a row of the median of some rounds' values, with their spread.
func Rounds(what, unit string, rounds []float64) Row {
	return Row{What: what, Unit: unit, Value: median(rounds), Least: slices.Min(rounds), Most: slices.Max(rounds)}
}

// median returns the middle of some values, 0 of none.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return 0
	}
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}
