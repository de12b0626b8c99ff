package chart

import "math"

// scale brings values to pixels.
type scale struct {
	from, to float64 // values; of their logarithms where log
	a, b     float64 // pixels
	log      bool
}

func (s scale) at(v float64) float64 {
	if s.log {
		v = math.Log10(v)
	}
	return s.a + (v-s.from)/(s.to-s.from)*(s.b-s.a)
}

// ticks are round values on the scale: powers of ten, or some four to nine steps of 1, 2 or 5.
func (s scale) ticks() (out []float64) {
	if s.log {
		for e := math.Ceil(s.from); e <= s.to; e++ {
			out = append(out, math.Pow(10, e))
		}
		return out
	}
	step := math.Pow(10, math.Floor(math.Log10((s.to-s.from)/2)))
	for _, factor := range []float64{1, 2, 5} {
		if (s.to-s.from)/(step*factor) <= 6 {
			step *= factor
			break
		}
	}
	for n := math.Ceil(s.from / step); n*step <= s.to; n++ {
		out = append(out, n*step+0) // never -0
	}
	return out
}

// scales fit all points in; the vertical one has nothing on it, so that heights compare.
func (p Panel) scales() (x, y scale) {
	x = scale{math.Inf(1), math.Inf(-1), left, width - right, p.LogX}
	y = scale{0, math.Inf(-1), height - bottom, top, false}
	for _, s := range p.Series {
		for _, at := range s.Points {
			v := at.X
			if p.LogX {
				v = math.Log10(v)
			}
			x.from, x.to = min(x.from, v), max(x.to, v)
			y.from, y.to = min(y.from, at.Y), max(y.to, at.Y)
		}
	}
	return x.sane(), y.sane()
}

// sane gives a scale of no points, or of one value, some width.
func (s scale) sane() scale {
	switch {
	case math.IsInf(s.from, 0) || math.IsInf(s.to, 0):
		s.from, s.to = 0, 1
	case s.from == s.to:
		s.to++
	}
	return s
}
