package simpanel

import (
	"encoding/json"
	"io"
	"time"

	"golang.org/x/sys/unix"
)

// Line is a line of a record: from At on, a lamp or the buzzer does this until Until, unless a later line of it says
// otherwise. So the end of a lease is on record even when nobody lives to write it.
type Line struct {
	Name   string  `json:"name"`
	At     int64   `json:"at_us"`              // of CLOCK_BOOTTIME, in microseconds
	Until  int64   `json:"until_us,omitempty"` // the same; 0: it is dark, or silent
	A      uint32  `json:"a,omitempty"`        // as in [State]
	B      uint32  `json:"b,omitempty"`
	On     int64   `json:"on_ms,omitempty"`
	Off    int64   `json:"off_ms,omitempty"`
	Beats  []int64 `json:"beats_ms,omitempty"`
	Repeat bool    `json:"repeat,omitempty"`
}

// renewEvery is how much later a lease must end than the record says before a line is written for it: what a lamp did
// is known that exactly, and never to be lit when it was not.
const renewEvery = 250 * time.Millisecond

// tape writes a record.
type tape struct {
	out   *json.Encoder
	until map[string]time.Time // the lease that each line on record grants
	zero  time.Time            // the instant of boot
}

// Record writes all that the panel shows from now on to w, as JSON lines. A write that fails ends it: a panel never
// waits for its record.
func (p *Panel) Record(w io.Writer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var up unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &up) // every Linux has it
	p.tape = &tape{json.NewEncoder(w), map[string]time.Time{}, p.now().Add(-time.Duration(up.Nano()))}
}

// renewed notes a lease that goes on; a nil tape notes nothing.
func (t *tape) renewed(name string, s State, at time.Time) {
	if t == nil {
		return
	}
	if later := s.Until.Sub(t.until[name]); later < 0 || later >= renewEvery {
		t.changed(name, s, at)
	}
}

// changed notes a state that is new.
func (t *tape) changed(name string, s State, at time.Time) {
	if t == nil || t.out == nil {
		return
	}
	l := Line{Name: name, At: at.Sub(t.zero).Microseconds(), A: s.A, B: s.B, On: s.On.Milliseconds(), Off: s.Off.Milliseconds(), Repeat: s.Repeat}
	if s.Lit() {
		l.Until = s.Until.Sub(t.zero).Microseconds()
	}
	for _, b := range s.Beats {
		l.Beats = append(l.Beats, b.Milliseconds())
	}
	t.until[name] = s.Until
	if t.out.Encode(l) != nil {
		t.out = nil
	}
}
