package screen

import (
	"fmt"
	"strings"
	"time"

	"edgeprobe.io/firmware/panel"
)

const (
	narrow   = 80 // columns under which panels stand one below the other
	minWidth = 36 // of a panel beside others, borders included
	least    = 24 // of any panel; a narrower terminal breaks its lines
	maxWidth = 60
	gap      = 2
	nameCol  = 12 // cells for the lamp's name
)

// picture is one panel ready for drawing.
type picture struct {
	title string
	lamps []panel.Lamp // what its lease let lapse is dark already
	tone  panel.Tone
	since time.Duration // into the blinking
}

// compose draws pictures in w columns, side by side where they fit.
func compose(pictures []picture, w int, colour bool) []string {
	perRow, each := layout(len(pictures), w)
	var lines []string
	for len(pictures) > 0 {
		n := min(perRow, len(pictures))
		lines = append(lines, beside(pictures[:n], each, colour)...)
		pictures = pictures[n:]
	}
	return lines
}

// layout returns how many panels stand in a row, and how wide each is.
func layout(n, w int) (perRow, each int) {
	perRow = 1
	if w >= narrow {
		perRow = max(1, min(n, (w+gap)/(minWidth+gap)))
	}
	return perRow, max(least, min(maxWidth, (w-gap*(perRow-1))/perRow))
}

func beside(row []picture, each int, colour bool) []string {
	height := 0
	for _, p := range row {
		height = max(height, len(p.lamps)+3)
	}
	lines := make([]string, height)
	for i, p := range row {
		for n, cell := range box(p, each, height, colour) {
			if i > 0 {
				lines[n] += strings.Repeat(" ", gap)
			}
			lines[n] += cell
		}
	}
	return lines
}

// box draws one panel in exactly w columns and height lines.
func box(p picture, w, height int, colour bool) []string {
	inner := w - 4
	title := strings.TrimRight(fit(p.title, min(inner-2, len([]rune(p.title)))), " ")
	lines := []string{"╭─ " + title + " " + strings.Repeat("─", max(0, inner-1-len([]rune(title)))) + "╮"}
	for _, l := range p.lamps {
		lines = append(lines, "│ "+lampLine(l, p.since, inner, colour)+" │")
	}
	lines = append(lines, "│ "+toneLine(p.tone, inner)+" │")
	for len(lines) < height-1 {
		lines = append(lines, "│ "+strings.Repeat(" ", inner)+" │")
	}
	return append(lines, "╰"+strings.Repeat("─", w-2)+"╯")
}

// lampLine is "● service/eu  confirmed down: shop" in w cells. Without colours the lit one is named.
func lampLine(l panel.Lamp, since time.Duration, w int, colour bool) string {
	lit := l.Pattern.At(since)
	says, look := l.Says(), ""
	if !colour && l.A != panel.Dark {
		look = " (" + l.Pattern.String() + ")"
	}
	if len([]rune(clean(says+look))) > textWidth(w) {
		says = l.Brief()
	}
	return row(dot(lit, colour), l.Key(), says+look, w)
}

// toneLine is the buzzer's.
func toneLine(t panel.Tone, w int) string {
	mark, says := "♪", string(t)
	if t == panel.ToneSilent || t == "" {
		mark, says = "·", "silent"
	}
	return row(mark, "buzzer", strings.ReplaceAll(says, "_", " "), w)
}

// row sets a mark of one cell, a name and a text in w cells.
func row(mark, name, text string, w int) string {
	return mark + " " + fit(name, nameWidth(w)) + " " + fit(text, textWidth(w))
}

// nameWidth and textWidth are what a row of w cells has for its name and its text.
func nameWidth(w int) int { return min(nameCol, w/2) }
func textWidth(w int) int { return w - nameWidth(w) - 3 }

// dot is a lamp: filled when lit, a ring when dark.
func dot(c panel.Colour, colour bool) string {
	mark := "●"
	if c == panel.Dark {
		mark = "○"
	}
	if !colour {
		return mark
	}
	if c == panel.Dark {
		return "\x1b[90m" + mark + "\x1b[0m"
	}
	return fmt.Sprintf("\x1b[38;5;%dm%s\x1b[0m", cube(c), mark)
}

// cube returns the nearest colour of the 6 x 6 x 6 cube that every 256-colour terminal has.
func cube(c panel.Colour) int {
	step := func(v panel.Colour) int { return (int(v&0xFF)*5 + 127) / 255 }
	return 16 + 36*step(c>>16) + 6*step(c>>8) + step(c)
}
