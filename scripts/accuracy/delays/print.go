package delays

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"edgeprobe.io/scripts/chart"
)

// The most that the median error of any phase may be, and by how much less than injected a phase may be measured: not at
// all, but for what whole microseconds cut off. Transfer alone begins with an answer: whoever is late for its first packet
// finds less of it left.
const (
	mostMedian = 3 * time.Millisecond
	mostEarly  = time.Microsecond
)

// Good reports whether every phase under every load was measured as it was injected.
func Good(loads []Load) bool {
	for _, l := range loads {
		if l.Bad > 0 || l.Lost > l.Runs/100 {
			return false
		}
		for _, p := range l.Lines {
			if early := p.Least < -mostEarly && p.Phase != transfer.String(); p.N == 0 || p.Median.Abs() > mostMedian || early {
				return false
			}
		}
	}
	return len(loads) > 0
}

// Print writes the errors as a table.
func Print(out io.Writer, delay Range, loads []Load) error {
	fmt.Fprintf(out, "every phase delayed by %s to %s; error = measured - injected, in microseconds; p99 of its size\n\n", delay.Least, delay.Most)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\t\tn\tmedian\tp99\tleast\tmost\t")
	for _, l := range loads {
		for i, p := range l.Lines {
			name := ""
			if i == 0 {
				name = l.Name
			}
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t\n", name, p.Phase, p.N,
				p.Median.Microseconds(), p.P99.Microseconds(), p.Least.Microseconds(), p.Most.Microseconds())
		}
	}
	err := t.Flush()
	fmt.Fprintln(out)
	for _, l := range loads {
		fmt.Fprintf(out, "%s: %d of %d over %d uplinks, every %s; %d runs, %d not good, %d unseen %s\n",
			l.Name, l.Checks, l.Checks, l.Uplinks, l.Every, l.Runs, l.Bad, l.Lost, l.Why)
	}
	return err
}

// draw writes the errors over the delays as a picture, a panel for each load.
func draw(file string, loads []Load) error {
	var panels []chart.Panel
	for _, l := range loads {
		p := chart.Panel{Title: l.Name, X: "injected, ms", Y: "error, ms", LogX: true}
		for ph := range phases {
			s := chart.Series{Name: ph.String(), Dots: true}
			for _, at := range l.Samples {
				if at.Phase == s.Name {
					s.Points = append(s.Points, chart.Point{X: max(at.Injected, 1000).Seconds() * 1000, Y: at.late().Seconds() * 1000})
				}
			}
			p.Series = append(p.Series, s)
		}
		panels = append(panels, p)
	}
	out, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("draw errors: %w", err)
	}
	return errors.Join(chart.SVG(out, panels), out.Close())
}
