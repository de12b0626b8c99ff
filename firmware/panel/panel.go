package panel

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// LampDriver is one lamp. Blinking and the end of the lease are the driver's. Showing the same pattern again
// renews the lease without disturbing the blinking.
type LampDriver interface {
	// Show shows a for on, then b for off, repeating (off 0: a alone), both 0xRRGGBB, for at most lease.
	Show(a, b uint32, on, off, lease time.Duration) error
	Off() error
}

// BuzzerDriver is the buzzer. Sounding the same beats again renews the lease without starting over.
type BuzzerDriver interface {
	// Sound sounds the beats (sound, silence, sound, ...), again and again with repeat, for at most lease.
	Sound(beats []time.Duration, repeat bool, lease time.Duration) error
	Silence() error
}

// Panel shows frames on the lamps and the buzzer of a board.
type Panel struct {
	lease  time.Duration
	lamps  map[string]LampDriver
	buzzer BuzzerDriver
	log    *slog.Logger

	mu    sync.Mutex   // makes Update's exchange one step
	next  chan arrival // the newest frame not yet shown; capacity 1
	tone  Tone         // sounded last; Run's own
	fails map[string]bool
}

// arrival is a frame and when it came: its leases run from then on.
type arrival struct {
	frame Frame
	at    time.Time
}

// New returns a panel that shows on lamps, keyed by [Lamp.Key]; lamps of a frame without a driver are left out.
// buzzer nil means that the board has none.
func New(set Settings, lamps map[string]LampDriver, buzzer BuzzerDriver, log *slog.Logger) *Panel {
	return &Panel{
		lease: lease(set), lamps: lamps, buzzer: buzzer, log: log,
		next: make(chan arrival, 1), fails: map[string]bool{},
	}
}

// Update hands over a frame and never blocks; a newer frame replaces one that isn't shown yet. It must be called
// again within half a lease even when nothing changes: nothing else renews the leases.
func (p *Panel) Update(f Frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.next:
	default:
	}
	p.next <- arrival{f, time.Now()}
}

// Run shows frames until ctx ends, then turns everything off. A driver's fault is logged when it begins and when
// it ends, and stops nothing: a dead lamp must not blind the others.
func (p *Panel) Run(ctx context.Context) error {
	p.dark()
	defer p.dark()
	for {
		select {
		case <-ctx.Done():
			return nil
		case a := <-p.next:
			if ctx.Err() == nil {
				p.show(a)
			}
		}
	}
}

func (p *Panel) show(a arrival) {
	shown := make(map[string]bool, len(a.frame.Lamps))
	for _, l := range a.frame.Lamps {
		if d, ok := p.lamps[l.Key()]; ok {
			shown[l.Key()] = true
			p.note(l.Key(), showLamp(d, l, l.Lease-time.Since(a.at)))
		}
	}
	for k, d := range p.lamps {
		if !shown[k] {
			p.note(k, d.Off())
		}
	}
	p.sound(a)
}

// showLamp shows l for what is left of its lease.
func showLamp(d LampDriver, l Lamp, rest time.Duration) error {
	if rest <= 0 || l.Pattern == steady(Dark) {
		return d.Off()
	}
	return d.Show(uint32(l.A), uint32(l.B), l.On, l.Off, rest)
}

// sound renews a repeating tone, and sounds the others once, when they begin.
func (p *Panel) sound(a arrival) {
	if p.buzzer == nil {
		return
	}
	beats, repeat := a.frame.Tone.Beats()
	rest := p.lease - time.Since(a.at)
	began := p.tone != a.frame.Tone
	p.tone = a.frame.Tone
	switch {
	case len(beats) == 0 || rest <= 0:
		p.note("buzzer", p.buzzer.Silence())
	case repeat || began:
		p.note("buzzer", p.buzzer.Sound(beats, repeat, rest))
	}
}

// dark turns everything off; a driver that cannot is only logged, its lease ends what it shows.
func (p *Panel) dark() {
	for k, d := range p.lamps {
		p.note(k, d.Off())
	}
	if p.buzzer != nil {
		p.note("buzzer", p.buzzer.Silence())
	}
}

// note logs the beginning and the end of a driver's fault.
func (p *Panel) note(key string, err error) {
	switch {
	case err != nil && !p.fails[key]:
		p.log.Error("panel: cannot show", "lamp", key, "error", err)
	case err == nil && p.fails[key]:
		p.log.Info("panel: shows again", "lamp", key)
	}
	p.fails[key] = err != nil
}
