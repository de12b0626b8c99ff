package judge

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// row is a line of the timeline: what happened, and what was expected to.
type row struct {
	at             Ms
	happened, want string
}

// maxRows bounds a printed timeline.
const maxRows = 240

// WriteTimeline writes what happened beside what was expected, in the order of time, and then the invariants that do
// not hold.
func WriteTimeline(w io.Writer, r Report) error {
	rows := append(happenings(r), wants(r)...)
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.at, b.at) })
	cut := max(0, len(rows)-maxRows)
	if _, err := fmt.Fprintf(w, "%9s  %-66s  %s\n", "s", "what happened", "what was expected"); err != nil {
		return err
	}
	for _, x := range rows[:len(rows)-cut] {
		line := fmt.Sprintf("%9.2f  %-66s  %s", float64(x.at)/1000, x.happened, x.want)
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	if cut > 0 {
		if _, err := fmt.Fprintf(w, "%9s  and %d more\n", "", cut); err != nil {
			return err
		}
	}
	return writeBreaches(w, r)
}

func writeBreaches(w io.Writer, r Report) error {
	for _, i := range r.Invariants {
		for _, why := range i.Why {
			if _, err := fmt.Fprintf(w, "%9s  %s: %s\n", "!", i.Name, why); err != nil {
				return err
			}
		}
	}
	if r.Trouble != "" {
		if _, err := fmt.Fprintf(w, "%9s  %s\n", "!", r.Trouble); err != nil {
			return err
		}
	}
	return nil
}

func happenings(r Report) (rows []row) {
	for _, l := range r.Lanes {
		for _, m := range l.Marks {
			switch l.Kind {
			case "truth":
			case "fault":
				rows = append(rows, row{m.From, "lab       " + m.State, ""}, row{m.Until, "lab       " + m.State + ": undone", ""})
			default:
				rows = append(rows, row{max(0, m.From), fmt.Sprintf("%-9s %s %s: %s", l.Group, l.Kind, l.Name, m.State), ""})
			}
		}
	}
	return rows
}

// wants are the expectations: those that came when they came, the others when they were over.
func wants(r Report) (rows []row) {
	for _, v := range r.Verdicts {
		x := row{v.Until, "", v.String()}
		if v.At != nil {
			x.at = *v.At
		}
		if v.Never && v.Pass {
			continue // nothing happened, as it should
		}
		rows = append(rows, x)
	}
	return rows
}

// String is the verdict in one line.
func (v Verdict) String() string {
	mark, who := "ok  ", v.Device
	if !v.Pass {
		mark = "FAIL"
	}
	if who != "" {
		who += ": "
	}
	what := v.What
	if v.Never {
		what = "never " + what
	}
	if v.Why != "" {
		what += "; " + v.Why
	}
	return fmt.Sprintf("%s line %d: %s%s", mark, v.Line, who, what)
}
