package page

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
)

// plots are the three distributions of one class of scenarios.
type plots struct {
	About                     string
	N                         int // scenarios with measures
	Suspect, Confirm, Recover template.HTML
}

func allPlots(reports []judge.Report) (all []plots) {
	for _, about := range scenario.Subjects() {
		var suspect, confirm, recover []float64
		p := plots{About: about}
		for _, r := range reports {
			if r.About != about || len(r.Measures) == 0 {
				continue
			}
			p.N++
			for _, m := range r.Measures {
				suspect, confirm, recover = put(suspect, m.Suspect), put(confirm, m.Confirm), put(recover, m.Recover)
			}
		}
		if p.N > 0 {
			p.Suspect, p.Confirm, p.Recover = plot(suspect), plot(confirm), plot(recover)
			all = append(all, p)
		}
	}
	return all
}

func put(to []float64, m *judge.Ms) []float64 {
	if m == nil {
		return to
	}
	return append(to, float64(*m)/1000)
}

// The axis of a plot is logarithmic, from a twentieth of a second to two minutes.
const (
	plotWidth, plotHeight = 240.0, 44.0
	axisFrom, axisUntil   = 0.05, 120.0
)

func onAxis(seconds float64) float64 {
	share := math.Log(max(seconds, axisFrom)/axisFrom) / math.Log(axisUntil/axisFrom)
	return 8 + min(share, 1)*(plotWidth-16)
}

// plot draws each time as a dot, the median as a line, and names median and longest.
func plot(seconds []float64) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="plot" viewBox="0 0 %g %g" role="img" aria-label="%d times">`, plotWidth, plotHeight, len(seconds))
	for _, tick := range []float64{0.1, 1, 10, 60} {
		fmt.Fprintf(&b, `<line class="tick" x1="%.1f" x2="%.1f" y1="4" y2="30"/><text class="axis" x="%.1f" y="41">%g s</text>`, onAxis(tick), onAxis(tick), onAxis(tick), tick)
	}
	slices.Sort(seconds)
	for i, s := range seconds {
		fmt.Fprintf(&b, `<circle class="dot" cx="%.1f" cy="%.1f" r="2.6"><title>%.2f s</title></circle>`, onAxis(s), 22-float64(i*7%11), s)
	}
	if n := len(seconds); n > 0 {
		median := seconds[n/2]
		fmt.Fprintf(&b, `<line class="median" x1="%.1f" x2="%.1f" y1="6" y2="28"><title>median %.2f s</title></line>`, onAxis(median), onAxis(median), median)
	}
	b.WriteString(`</svg>`)
	if n := len(seconds); n > 0 {
		fmt.Fprintf(&b, `<small>%d × · median %.2f s · longest %.2f s</small>`, n, seconds[n/2], seconds[n-1])
	} else {
		b.WriteString(`<small>none</small>`)
	}
	return template.HTML(b.String())
}
