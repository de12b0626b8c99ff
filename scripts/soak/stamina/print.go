package stamina

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"edgeprobe.io/firmware/panel/screen"
)

// columns is how long the drawn lines are.
const columns = 40

// Print writes the report for people.
func (r Report) Print(out io.Writer) error {
	fmt.Fprintf(out, "%d results in %.0f s: %.0f a second, %.0f times the default cadence; %d runs could not start\n",
		r.Kept.Results, r.Took.Seconds(), r.Rate, r.Rate/(40*uplinks/10), r.Kept.Missed)
	fmt.Fprintf(out, "on the card: %.1f B written per result of %d B allowed, %.1f B kept; peak memory %s\n\n",
		r.Flash, budgetFlash, r.Stored, quantity(float64(r.Kept.Peak), "B"))
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "in each quarter\t1st\t2nd\t3rd\t4th\tgrowth\tallowed\t\tfrom the first result to the last")
	for _, f := range r.Figures {
		fmt.Fprint(t, f.What)
		for _, q := range f.Quarters {
			fmt.Fprintf(t, "\t%s", quantity(q, f.Unit))
		}
		word := "flat"
		if !f.OK {
			word = "GROWS"
		}
		fmt.Fprintf(t, "\t%s\t%s\t%s\t%s\n", quantity(f.Growth, f.Unit), quantity(f.Bound, f.Unit), word, spark(f.Line, columns))
	}
	err := t.Flush()
	for _, why := range r.Whys {
		fmt.Fprintln(out, "soak:", why)
	}
	return err
}

func quantity(v float64, unit string) string {
	if unit != "B" {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f MiB", v/(1<<20))
}

// spark draws values as a line of blocks, from nothing to the highest.
func spark(values []float64, wide int) string {
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	steps := []rune("▁▂▃▄▅▆▇█")
	wide = min(wide, len(values))
	out := make([]rune, wide)
	for i := range out {
		part := values[i*len(values)/wide : (i+1)*len(values)/wide]
		out[i] = steps[0]
		if top > 0 {
			out[i] = steps[min(len(steps)-1, int(lower(part)/top*float64(len(steps))))]
		}
	}
	return string(out)
}

// progress draws one line over itself, on terminals alone.
func progress(errs io.Writer, w Work, s Sample) {
	file, is := errs.(*os.File)
	if !is || !screen.Detect(file).Terminal {
		return
	}
	left := ""
	if s.Results > 0 && s.Kept == nil {
		todo := float64(w.Results) - float64(s.Results)
		left = fmt.Sprintf(", %.0f s left", max(0, todo/float64(s.Results)*s.At.Seconds()))
	}
	fmt.Fprintf(errs, "\r\x1b[K%d of %d results, %s resident, %d goroutines, %d handles%s",
		s.Results, w.Results, quantity(float64(s.Resident), "B"), s.Goroutines, s.Handles, left)
	if s.Kept != nil {
		fmt.Fprint(errs, "\r\x1b[K")
	}
}
