package screen

import (
	"os"
	"time"

	"golang.org/x/term"

	"edgeprobe.io/firmware/panel"
)

// Options say what is drawn on.
type Options struct {
	Terminal bool              // draw in place; otherwise one line per change
	Colour   bool              // only used on a terminal
	Size     func() (w, h int) // of the terminal, asked for every drawing; nil means 80 x 24
	Notes    int               // how many notes stay below the panels of a terminal; 0 means 8
	Now      func() time.Time  // nil means time.Now
	// Where it is no terminal: how the line of a change at an instant begins, nil means with the time of day in UTC;
	// and which lamps of which panel have lines at all, nil means all. Both are called with the screen held.
	Stamp func(time.Time) string
	Tells func(title string, l panel.Lamp) bool
}

// Detect returns the options for drawing on f: whether it is a terminal, its size, and whether NO_COLOR
// (no-color.org) or TERM forbid colours.
func Detect(f *os.File) Options {
	fd := int(f.Fd())
	return Options{
		Terminal: term.IsTerminal(fd) && os.Getenv("TERM") != "dumb",
		Colour:   os.Getenv("NO_COLOR") == "",
		Size: func() (int, int) {
			w, h, err := term.GetSize(fd)
			if err != nil || w <= 0 || h <= 0 {
				return 80, 24
			}
			return w, h
		},
	}
}

func (o Options) filled() Options {
	if o.Size == nil {
		o.Size = func() (int, int) { return 80, 24 }
	}
	if o.Notes <= 0 {
		o.Notes = 8
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Stamp == nil {
		o.Stamp = func(t time.Time) string { return t.UTC().Format(time.TimeOnly) + " " }
	}
	if o.Tells == nil {
		o.Tells = func(string, panel.Lamp) bool { return true }
	}
	return o
}
