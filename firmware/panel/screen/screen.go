package screen

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"edgeprobe.io/firmware/panel"
)

const (
	frameTime = 125 * time.Millisecond // between drawings on a terminal
	lapseTime = 500 * time.Millisecond // between looks for ended leases elsewhere
)

// Screen shows panels and notes on one writer. Its methods may be called from several goroutines.
type Screen struct {
	w   io.Writer
	opt Options

	mu     sync.Mutex
	start  time.Time
	panels []*shown // in the order of their first update
	notes  []string // the newest opt.Notes, on a terminal
	up     int      // lines drawn that the next drawing goes over
	err    error    // the first failure to write; nothing is written after it
}

// shown is one panel's newest frame.
type shown struct {
	title string
	frame panel.Frame
	came  time.Time
	said  map[string]string // the last news told per lamp, where it is no terminal
}

// New returns a screen on w.
func New(w io.Writer, opt Options) *Screen {
	opt = opt.filled()
	return &Screen{w: w, opt: opt, start: opt.Now()}
}

// Update shows f as the panel of title from now on; its leases run from now. A new title adds a panel. Where it
// is no terminal, lamps that changed are written at once.
func (s *Screen) Update(title string, f panel.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.panel(title)
	p.frame, p.came = f, s.opt.Now()
	if !s.opt.Terminal {
		s.say(p)
	}
}

// Note adds a line below the panels; where it is no terminal it is written at once. Text that isn't printable is
// replaced.
func (s *Screen) Note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.opt.Terminal {
		s.write(clean(line) + "\n")
		return
	}
	s.notes = append(s.notes, line)
	s.notes = s.notes[max(0, len(s.notes)-s.opt.Notes):]
}

// Run draws until ctx ends and then leaves the last picture standing. It returns an error when the writer fails.
func (s *Screen) Run(ctx context.Context) error {
	every := lapseTime
	if s.opt.Terminal {
		every = frameTime
		s.locked(func() { s.write("\x1b[?25l") }) // no cursor while drawing
		defer s.locked(func() { s.write("\x1b[?25h") })
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		s.locked(s.turn)
		if err := s.failed(); err != nil {
			return fmt.Errorf("draw panel: %w", err)
		}
		select {
		case <-ctx.Done():
			s.locked(s.turn)
			return nil
		case <-tick.C:
		}
	}
}

// turn draws everything, or says what has lapsed. s.mu is held.
func (s *Screen) turn() {
	if s.opt.Terminal {
		s.draw()
		return
	}
	for _, p := range s.panels {
		s.say(p)
	}
}

// draw goes over the last picture with the present one. s.mu is held.
func (s *Screen) draw() {
	w, h := s.opt.Size()
	now := s.opt.Now()
	var pictures []picture
	for _, p := range s.panels {
		lamps, tone := p.now(now)
		pictures = append(pictures, picture{p.title, lamps, tone, now.Sub(s.start)})
	}
	lines := compose(pictures, w, s.opt.Colour)
	var notes []string
	for _, n := range s.notes {
		notes = append(notes, wrap(n, w-1)...)
	}
	room := max(1, h-1) // more than the window cannot be drawn over
	lines = lines[:min(len(lines), room)]
	lines = append(lines, notes[max(0, len(notes)-(room-len(lines))):]...) // the newest
	var b strings.Builder
	if s.up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", s.up)
	}
	for _, l := range lines {
		b.WriteString("\r\x1b[2K" + l + "\n")
	}
	b.WriteString("\x1b[J")
	s.up = len(lines)
	s.write(b.String())
}

// say writes a line for each lamp, and for the buzzer, that isn't what it was; how many more services a lamp shows
// alike is no news of its own. s.mu is held.
func (s *Screen) say(p *shown) {
	now := s.opt.Now()
	lamps, tone := p.now(now)
	for _, l := range lamps {
		news := l
		news.More = 0
		if s.opt.Tells(p.title, l) {
			s.sayOnce(p, now, l.Key(), news.String(), l.String())
		}
	}
	if tone == "" {
		tone = panel.ToneSilent
	}
	if _, sounded := p.said["buzzer"]; sounded || tone != panel.ToneSilent {
		line := "buzzer: " + strings.ReplaceAll(string(tone), "_", " ")
		s.sayOnce(p, now, "buzzer", line, line)
	}
}

// sayOnce writes a line unless its news is what was said last under key. s.mu is held.
func (s *Screen) sayOnce(p *shown, now time.Time, key, news, line string) {
	if p.said[key] != news {
		p.said[key] = news
		s.write(clean(s.opt.Stamp(now)+p.title+" "+line) + "\n")
	}
}

// now returns the lamps as they are at t: what nobody renewed is dark.
func (p *shown) now(t time.Time) ([]panel.Lamp, panel.Tone) {
	lamps, tone := make([]panel.Lamp, len(p.frame.Lamps)), p.frame.Tone
	copy(lamps, p.frame.Lamps)
	age := t.Sub(p.came)
	for i := range lamps {
		if age >= lamps[i].Lease {
			lamps[i].Pattern, lamps[i].Subject, lamps[i].Meaning = panel.Pattern{}, "", "no news"
		}
	}
	if age >= panel.MaxLease {
		tone = panel.ToneSilent
	}
	return lamps, tone
}

func (s *Screen) panel(title string) *shown {
	for _, p := range s.panels {
		if p.title == title {
			return p
		}
	}
	p := &shown{title: title, said: map[string]string{}}
	s.panels = append(s.panels, p)
	return p
}

func (s *Screen) locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Screen) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// write writes text unless an earlier write failed. s.mu is held.
func (s *Screen) write(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.w, text)
	}
}
