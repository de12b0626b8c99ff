package demo

import (
	"fmt"
	"sync"
	"time"
)

// Timeline writes what happens, each line with the seconds since the account was cut off.
type Timeline struct {
	out func(string)

	mu   sync.Mutex
	cut  time.Time            // zero before the first
	last map[[2]string]string // what a device decided last of a service
}

// NewTimeline makes a timeline that hands each line to out, from several goroutines.
func NewTimeline(out func(string)) *Timeline {
	return &Timeline{out: out, last: map[[2]string]string{}}
}

// Say writes a line.
func (t *Timeline) Say(text string) { t.sayAt(time.Now(), text) }

// Heard writes what a device decided, when people would call it news: a change of scope alone is none.
func (t *Timeline) Heard(m Moment) {
	text := fmt.Sprintf("%-8s %-8s %s", m.Device, m.Service, m.Status)
	if m.Status == suspected || m.Status == confirmed {
		text += ", " + m.Impact
	}
	if t.news(m, text) {
		t.sayAt(m.At, text)
	}
}

func (t *Timeline) news(m Moment, text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := [2]string{m.Device, m.Service}
	old := t.last[key]
	t.last[key] = text
	return old != text
}

// zero makes t the second 0 of the lines that follow.
func (t *Timeline) zero(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cut = at
}

func (t *Timeline) sayAt(at time.Time, text string) { t.out(t.Stamp(at) + text) }

// Stamp is how a line about an instant begins: the seconds since the second 0, or as much room before there is one.
func (t *Timeline) Stamp(at time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cut.IsZero() {
		return "           "
	}
	return fmt.Sprintf("%+7.2f s  ", at.Sub(t.cut).Seconds())
}
