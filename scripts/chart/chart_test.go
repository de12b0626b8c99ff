package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSVG: whatever is measured, the document is well formed, and every dot lies within its panel.
func TestSVG(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := rapid.Bool().Draw(t, "log")
		least := -1e6
		if log {
			least = 1e-3
		}
		point := rapid.Custom(func(t *rapid.T) Point {
			return Point{rapid.Float64Range(least, 1e9).Draw(t, "x"), rapid.Float64Range(-1e9, 1e9).Draw(t, "y")}
		})
		p := Panel{Title: rapid.String().Filter(valid).Draw(t, "title"), LogX: log,
			Series: []Series{{Name: "a<b", Points: rapid.SliceOfN(point, 0, 20).Draw(t, "line")}, {Dots: true, Points: rapid.SliceOfN(point, 0, 20).Draw(t, "dots")}}}
		var b bytes.Buffer
		if err := SVG(&b, []Panel{p, p}); err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(&b); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		x, y := p.scales()
		for _, s := range p.Series {
			for _, at := range s.Points {
				if px, py := x.at(at.X), y.at(at.Y); px < left-1 || px > width-right+1 || py < top-1 || py > height-bottom+1 {
					t.Fatalf("%v is drawn at %.1f, %.1f", at, px, py)
				}
			}
		}
	})
}

// valid reports whether XML may hold a text.
func valid(s string) bool {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s))
	return !strings.ContainsRune(b.String(), '\uFFFD') && !strings.ContainsRune(s, 0)
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		s    scale
		want []float64
	}{
		{scale{from: 0, to: 10}, []float64{0, 2, 4, 6, 8, 10}},
		{scale{from: -0.3, to: 1}, []float64{0, 0.5, 1}},
		{scale{from: 0, to: 3.3, log: true}, []float64{1, 10, 100, 1000}},
	} {
		got := c.s.ticks()
		same := len(got) == len(c.want)
		for i := 0; same && i < len(got); i++ {
			same = math.Abs(got[i]-c.want[i]) < 1e-9
		}
		if !same {
			t.Errorf("ticks from %v to %v: %v, want %v", c.s.from, c.s.to, got, c.want)
		}
	}
}
