package yardstick

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Row is one figure, and the budget that it is held to.
type Row struct {
	What   string
	Value  float64
	Budget float64 // 0: none, the figure stands there to compare with
	Unit   string  // "ms", "B", "MB"
	Note   string  // how it was taken, or what it compares to
}

// Over reports whether the figure is over its budget.
func (r Row) Over() bool { return r.Budget > 0 && r.Value > r.Budget }

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

// Print writes the rows as a table and reports whether any is over its budget.
func Print(w io.Writer, rows []Row) (over bool, err error) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tfigure\tbudget\t\tnote")
	for _, r := range rows {
		budget := ""
		if r.Budget > 0 {
			budget = "<= " + number(r.Budget, r.Unit)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", r.What, number(r.Value, r.Unit), budget, r.state(), r.Note)
	}
	return slices.ContainsFunc(rows, Row.Over), t.Flush()
}

func number(v float64, unit string) string {
	switch unit {
	case "B":
		return fmt.Sprintf("%.0f %s", v, unit)
	case "MB":
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.2f %s", v, unit)
}

// median returns the middle of some values, 0 of none.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	if len(s) == 0 {
		return 0
	}
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}
