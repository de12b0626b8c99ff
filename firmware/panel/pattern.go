package panel

import (
	"fmt"
	"time"
)

// Colour is 0xRRGGBB.
type Colour uint32

// The colours of the panel.
const (
	Dark  Colour = 0x000000
	Green Colour = 0x00D040
	Amber Colour = 0xFFA000
	Red   Colour = 0xFF0000
	White Colour = 0xE8E8E8
)

// String returns the colour's name: "red", or "#0a0b0c" for one without.
func (c Colour) String() string {
	switch c {
	case Dark:
		return "off"
	case Green:
		return "green"
	case Amber:
		return "amber"
	case Red:
		return "red"
	case White:
		return "white"
	}
	return fmt.Sprintf("#%06x", uint32(c))
}

// Pattern is A for On, then B for Off, repeating. Off 0 means A without end.
type Pattern struct {
	A   Colour        `json:"a"`
	B   Colour        `json:"b"`
	On  time.Duration `json:"on"`
	Off time.Duration `json:"off"`
}

func steady(c Colour) Pattern { return Pattern{A: c} }
func slow(c Colour) Pattern   { return Pattern{A: c, On: time.Second, Off: time.Second} }
func fast(c Colour) Pattern {
	return Pattern{A: c, On: 170 * time.Millisecond, Off: 170 * time.Millisecond}
}

// flash is short and seldom, short and more often the nearer gap is to its 150 ms.
func flash(c Colour, gap time.Duration) Pattern {
	return Pattern{A: c, On: 150 * time.Millisecond, Off: gap}
}

// held is steady but for a short gap, so that nobody takes it for another colour's steady.
func held(c Colour) Pattern {
	return Pattern{A: c, On: 2700 * time.Millisecond, Off: 300 * time.Millisecond}
}

func alternating(a, b Colour) Pattern {
	return Pattern{A: a, B: b, On: 500 * time.Millisecond, Off: 500 * time.Millisecond}
}

// At returns the colour at time since the pattern began.
func (p Pattern) At(since time.Duration) Colour {
	if p.Off <= 0 || p.On <= 0 {
		return p.A
	}
	if since%(p.On+p.Off) < p.On {
		return p.A
	}
	return p.B
}

// Shows reports whether c is ever lit.
func (p Pattern) Shows(c Colour) bool { return p.A == c || p.Off > 0 && p.B == c }

// String says it in words: "off", "green steady", "red fast blink", "red and green alternating".
func (p Pattern) String() string {
	switch {
	case p.Off <= 0 && p.A == Dark:
		return Dark.String()
	case p.Off <= 0:
		return p.A.String() + " steady"
	case p.A != Dark && p.B != Dark:
		return fmt.Sprintf("%v and %v alternating", p.A, p.B)
	}
	return p.A.String() + " " + p.rhythm()
}

func (p Pattern) rhythm() string {
	switch {
	case p.On >= 4*p.Off:
		return "held"
	case p.Off >= 4*p.On:
		return "seldom flash"
	case p.Off >= 2*p.On:
		return "quick flash"
	case p.On+p.Off < time.Second:
		return "fast blink"
	}
	return "slow blink"
}
