package chart

import (
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
)

// Panel is one drawing with axes of its own.
type Panel struct {
	Title  string
	X, Y   string // what the axes count
	LogX   bool   // equal steps are equal factors; every X is then more than 0
	Series []Series
}

// Series are points that belong together.
type Series struct {
	Name   string // "": not in the legend
	Dots   bool   // drawn apart instead of as a line
	Points []Point
}

// Point is one measurement.
type Point struct{ X, Y float64 }

// Sizes in pixels.
const (
	width  = 900
	height = 220
	left   = 80
	right  = 20
	top    = 34
	bottom = 40
)

// SVG writes the panels as one document.
func SVG(w io.Writer, panels []Panel) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif" font-size="12">
<style>svg{background:#fff;color:#222}.axis{stroke:#9994;fill:none}text{fill:currentColor}.s0{--c:#0969da}.s1{--c:#d1570a}.s2{--c:#1a7f37}.s3{--c:#8250df}.s4{--c:#bf3989}
path.s{fill:none;stroke:var(--c);stroke-width:1.5}.d{fill:var(--c);fill-opacity:.55}@media(prefers-color-scheme:dark){svg{background:#111;color:#ddd}}</style>
`, width, height*max(1, len(panels)))
	for i, p := range panels {
		fmt.Fprintf(&b, "<g transform=\"translate(0 %d)\">\n", i*height)
		p.draw(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (p Panel) draw(b *strings.Builder) {
	x, y := p.scales()
	fmt.Fprintf(b, `<text x="%d" y="20" font-weight="600">%s</text>`+"\n", left, html.EscapeString(p.Title))
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", width-right, height-8, html.EscapeString(p.X))
	fmt.Fprintf(b, `<text x="4" y="%d">%s</text>`+"\n", top-6, html.EscapeString(p.Y))
	for _, v := range y.ticks() {
		fmt.Fprintf(b, `<path class="axis" d="M%d %.1fH%d"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n",
			left, y.at(v), width-right, left-6, y.at(v)+4, number(v))
	}
	for _, v := range x.ticks() {
		fmt.Fprintf(b, `<path class="axis" d="M%.1f %dV%d"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n",
			x.at(v), top, height-bottom, x.at(v), height-bottom+16, number(v))
	}
	at := width - right
	for i := len(p.Series) - 1; i >= 0; i-- {
		s := p.Series[i]
		s.draw(b, i%5, x, y)
		if s.Name != "" {
			at -= 8*len(s.Name) + 20
			fmt.Fprintf(b, `<circle class="d s%d" cx="%d" cy="16" r="4"/><text x="%d" y="20">%s</text>`+"\n", i%5, at, at+8, html.EscapeString(s.Name))
		}
	}
}

func (s Series) draw(b *strings.Builder, colour int, x, y scale) {
	if s.Dots {
		for _, p := range s.Points {
			fmt.Fprintf(b, `<circle class="d s%d" cx="%.1f" cy="%.1f" r="2"/>`, colour, x.at(p.X), y.at(p.Y))
		}
		b.WriteByte('\n')
		return
	}
	if len(s.Points) == 0 {
		return
	}
	fmt.Fprintf(b, `<path class="s s%d" d="`, colour)
	for i, p := range s.Points {
		fmt.Fprintf(b, "%c%.1f %.1f", "LM"[btoi(i == 0)], x.at(p.X), y.at(p.Y))
	}
	b.WriteString("\"/>\n")
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func number(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) }
