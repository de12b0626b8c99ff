package simpanel

import (
	"fmt"
	"slices"
	"time"

	"periph.io/x/conn/v3"
)

// Lamp is one lamp of a panel.
type Lamp struct {
	panel *Panel
	name  string
}

var _ conn.Resource = (*Lamp)(nil)

// Lamp returns the lamp of that name, dark at first.
func (p *Panel) Lamp(name string) *Lamp {
	p.take(name)
	return &Lamp{p, name}
}

// String returns its name.
func (l *Lamp) String() string { return l.name }

// Show shows a for on, then b for off, again and again, both 0xRRGGBB, for lease but never longer than
// [MaxLease]; off 0 shows a alone.
func (l *Lamp) Show(a, b uint32, on, off, lease time.Duration) error {
	if on < 0 || off < 0 || off > 0 && on == 0 {
		return fmt.Errorf("show lamp %s: %v on and %v off is no rhythm", l.name, on, off)
	}
	l.panel.show(l.name, State{A: a, B: b, On: on, Off: off}, lease)
	return nil
}

// Off turns it off.
func (l *Lamp) Off() error {
	l.panel.show(l.name, State{}, 0)
	return nil
}

// Halt turns it off.
func (l *Lamp) Halt() error { return l.Off() }

// Buzzer is the buzzer of a panel.
type Buzzer struct{ panel *Panel }

var _ conn.Resource = (*Buzzer)(nil)

const buzzer = "buzzer"

// Buzzer returns the buzzer, silent at first. Its state is kept under the name "buzzer".
func (p *Panel) Buzzer() *Buzzer {
	p.take(buzzer)
	return &Buzzer{p}
}

// String returns "buzzer".
func (b *Buzzer) String() string { return buzzer }

// Sound sounds the beats (sound, silence, sound, ...), again and again with repeat, for lease but never longer
// than [MaxLease].
func (b *Buzzer) Sound(beats []time.Duration, repeat bool, lease time.Duration) error {
	var whole time.Duration
	for _, d := range beats {
		if d <= 0 {
			return fmt.Errorf("sound buzzer: a beat of %v; every beat must last", d)
		}
		whole += d
	}
	if len(beats) == 0 {
		return b.Silence()
	}
	if !repeat {
		lease = min(lease, whole)
	}
	b.panel.show(buzzer, State{Beats: slices.Clone(beats), Repeat: repeat}, lease)
	return nil
}

// Silence ends the sound.
func (b *Buzzer) Silence() error {
	b.panel.show(buzzer, State{}, 0)
	return nil
}

// Halt ends the sound.
func (b *Buzzer) Halt() error { return b.Silence() }
