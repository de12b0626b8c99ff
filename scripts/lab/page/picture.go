package page

import (
	"fmt"
	"html/template"
	"strings"

	"edgeprobe.io/scripts/lab/judge"
)

// The measures of a picture, in its own units.
const (
	labelWidth = 210.0
	laneWidth  = 780.0
	laneHeight = 15.0
	topHeight  = 20.0
)

// drawing is a picture in the making.
type drawing struct {
	strings.Builder
	lasts float64 // ms
	y     float64
}

// picture draws a scenario: time runs to the right, each lane is what one thing was, and the last ones are the
// windows of what was expected.
func picture(r judge.Report) template.HTML {
	if len(r.Lanes) == 0 {
		return ""
	}
	var lanes drawing
	lanes.lasts, lanes.y = max(1, float64(r.Lasts)), topHeight
	group := ""
	for _, l := range r.Lanes {
		if l.Group != group {
			group = l.Group
			lanes.heading(group)
		}
		lanes.lane(l)
	}
	lanes.heading("expected")
	for _, v := range r.Verdicts {
		lanes.verdict(v)
	}
	var b strings.Builder
	height := lanes.y + 6
	fmt.Fprintf(&b, `<svg class="lanes" viewBox="0 0 %g %g" role="img" aria-label="timeline of %s">`, labelWidth+laneWidth+10, height, template.HTMLEscapeString(r.Title))
	b.WriteString(lanes.ticks(height))
	b.WriteString(lanes.String())
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

func (d *drawing) x(m judge.Ms) float64 {
	return labelWidth + min(max(float64(m)/d.lasts, 0), 1)*laneWidth
}

// ticks are lines at round times, about ten.
func (d *drawing) ticks(height float64) string {
	var b strings.Builder
	step := 1000.0
	for _, s := range []float64{1, 2, 5, 10, 20, 30, 60} {
		if step = s * 1000; d.lasts/step <= 12 {
			break
		}
	}
	for t := 0.0; t <= d.lasts; t += step {
		x := d.x(judge.Ms(t))
		fmt.Fprintf(&b, `<line class="tick" x1="%.1f" x2="%.1f" y1="%g" y2="%g"/><text class="axis" x="%.1f" y="12">%g s</text>`, x, x, topHeight-4, height, x, t/1000)
	}
	return b.String()
}

func (d *drawing) heading(name string) {
	d.y += laneHeight * 0.5
	fmt.Fprintf(d, `<text class="group" x="4" y="%.1f">%s</text>`, d.y+laneHeight-4, template.HTMLEscapeString(name))
	d.y += laneHeight
}

func (d *drawing) label(name string) {
	const most = 34
	if runes := []rune(name); len(runes) > most {
		name = string(runes[:most-1]) + "…"
	}
	fmt.Fprintf(d, `<text class="label" x="%g" y="%.1f">%s</text>`, labelWidth-6, d.y+laneHeight-4, template.HTMLEscapeString(name))
}

func (d *drawing) lane(l judge.Lane) {
	d.label(strings.TrimSpace(l.Kind + " " + l.Name))
	for _, m := range l.Marks {
		from, until := d.x(m.From), d.x(m.Until)
		fmt.Fprintf(d, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%g" rx="2"><title>%s: %s, %s to %s</title></rect>`,
			template.HTMLEscapeString(m.Tone), from, d.y+1.5, max(1.5, until-from), laneHeight-3,
			template.HTMLEscapeString(l.Name), template.HTMLEscapeString(m.State), seconds(m.From), seconds(m.Until))
		if wide := until - from; wide > 7*float64(len(m.State)) {
			fmt.Fprintf(d, `<text class="in" x="%.1f" y="%.1f">%s</text>`, from+4, d.y+laneHeight-4.5, template.HTMLEscapeString(m.State))
		}
	}
	d.y += laneHeight
}

// verdict draws the window of an expectation, and where it was seen.
func (d *drawing) verdict(v judge.Verdict) {
	kind := "ok"
	if !v.Pass {
		kind = "missed"
	}
	name := fmt.Sprintf("line %d %s", v.Line, v.Device)
	if v.Never {
		name = fmt.Sprintf("line %d never", v.Line)
	}
	d.label(name)
	from, until := d.x(v.From), d.x(v.Until)
	title := template.HTMLEscapeString(v.String())
	fmt.Fprintf(d, `<rect class="window %s" x="%.1f" y="%.1f" width="%.1f" height="%g" rx="2"><title>%s</title></rect>`,
		kind, from, d.y+5, max(2, until-from), laneHeight-10, title)
	if v.At != nil {
		fmt.Fprintf(d, `<circle class="%s" cx="%.1f" cy="%.1f" r="4"><title>%s</title></circle>`, kind, d.x(*v.At), d.y+laneHeight/2, title)
	}
	d.y += laneHeight
}
