package simpanel

import (
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3"
)

const (
	// MaxLease is the longest lease that a driver grants.
	MaxLease = 5 * time.Second
	// MaxChanges is how many changes are kept, the newest.
	MaxChanges = 1000
)

// State is what a lamp or the buzzer does.
type State struct {
	A, B    uint32          // a lamp's colours, 0xRRGGBB
	On, Off time.Duration   // A for On, then B for Off; Off 0: A alone
	Beats   []time.Duration // the buzzer's sound, silence, sound, ...
	Repeat  bool            // the buzzer begins again after the last beat
	Since   time.Time       // when it began; renewing doesn't change it
	Until   time.Time       // end of the lease; zero: nothing is shown
}

// Lit reports whether anything is shown or sounded.
func (s State) Lit() bool { return !s.Until.IsZero() }

// Colour returns a lamp's colour at now; 0 is dark.
func (s State) Colour(now time.Time) uint32 {
	switch {
	case !s.Lit() || !now.Before(s.Until):
		return 0
	case s.Off > 0 && now.Sub(s.Since)%(s.On+s.Off) >= s.On:
		return s.B
	}
	return s.A
}

func (s State) same(o State) bool {
	return s.Lit() && o.Lit() && s.A == o.A && s.B == o.B && s.On == o.On && s.Off == o.Off &&
		s.Repeat == o.Repeat && slices.Equal(s.Beats, o.Beats)
}

// Change is a new state of a lamp or of the buzzer; a lease that ended is one too. Renewals are not.
type Change struct {
	Name string
	At   time.Time
	State
}

// Panel is a simulated board.
type Panel struct {
	now     func() time.Time
	mu      sync.Mutex
	states  map[string]State
	changes []Change
	tape    *tape // nil: nothing is recorded
}

var _ conn.Resource = (*Panel)(nil)

// New returns a dark panel that takes its time from now.
func New(now func() time.Time) *Panel { return &Panel{now: now, states: map[string]State{}} }

// String names the board.
func (p *Panel) String() string { return "simulated panel" }

// Halt turns everything off.
func (p *Panel) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.lapse()
	for name := range p.states {
		p.set(name, State{}, now)
	}
	return nil
}

// Snapshot returns the state of every lamp and buzzer that was ever taken.
func (p *Panel) Snapshot() map[string]State {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lapse()
	all := make(map[string]State, len(p.states))
	for name, s := range p.states {
		all[name] = s
	}
	return all
}

// Changes returns the newest [MaxChanges] changes, oldest first.
func (p *Panel) Changes() []Change {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lapse()
	return slices.Clone(p.changes)
}

// take makes name known.
func (p *Panel) take(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.states[name]; !ok {
		p.states[name] = State{}
	}
}

// show sets the state of name for at most lease; a lease of 0 or less is dark.
func (p *Panel) show(name string, s State, lease time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.lapse()
	if lease <= 0 {
		p.set(name, State{}, now)
		return
	}
	s.Since, s.Until = now, now.Add(min(lease, MaxLease))
	if old := p.states[name]; old.same(s) {
		s.Since = old.Since
		p.states[name] = s
		p.tape.renewed(name, s, now)
		return
	}
	p.set(name, s, now)
}

// set records a change; setting dark what is dark is none. p.mu is held.
func (p *Panel) set(name string, s State, at time.Time) {
	if old := p.states[name]; !old.Lit() && !s.Lit() {
		return
	}
	p.states[name] = s
	p.tape.changed(name, s, at)
	p.changes = append(p.changes, Change{Name: name, At: at, State: s})
	if extra := len(p.changes) - MaxChanges; extra > 0 {
		p.changes = slices.Delete(p.changes, 0, extra)
	}
}

// lapse ends the leases that are over, at the instant when each ended, and returns the present. p.mu is held.
func (p *Panel) lapse() time.Time {
	now := p.now()
	var over []string
	for name, s := range p.states {
		if s.Lit() && !now.Before(s.Until) {
			over = append(over, name)
		}
	}
	slices.SortFunc(over, func(a, b string) int { return p.states[a].Until.Compare(p.states[b].Until) })
	for _, name := range over {
		p.set(name, State{}, p.states[name].Until)
	}
	return now
}
