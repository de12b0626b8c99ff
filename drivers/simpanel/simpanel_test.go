package simpanel_test

import (
	"testing"
	"time"

	"edgeprobe.io/drivers/simpanel"
	"pgregory.net/rapid"
)

const red, green = 0xFF0000, 0x00FF00

// hand is a clock that moves by hand.
type hand struct{ t time.Time }

func (h *hand) now() time.Time        { return h.t }
func (h *hand) pass(d time.Duration)  { h.t = h.t.Add(d) }
func start() (*hand, *simpanel.Panel) { h := &hand{time.Unix(1000, 0)}; return h, simpanel.New(h.now) }
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestLeaseEnds(t *testing.T) {
	clock, p := start()
	l := p.Lamp("self")
	must(t, l.Show(green, 0, 0, 0, 2*time.Second))
	clock.pass(2*time.Second - 1)
	if got := p.Snapshot()["self"]; got.Colour(clock.t) != green {
		t.Fatalf("dark too early: %+v", got)
	}
	clock.pass(time.Hour)
	if got := p.Snapshot()["self"]; got.Lit() || got.Colour(clock.t) != 0 {
		t.Fatalf("lit after its lease: %+v", got)
	}
	c := p.Changes()
	if len(c) != 2 || !c[1].At.Equal(time.Unix(1002, 0)) {
		t.Errorf("the end of the lease is not recorded where it was: %+v", c)
	}
}

func TestRenewingKeepsTheRhythm(t *testing.T) {
	clock, p := start()
	l := p.Lamp("self")
	for range 10 {
		must(t, l.Show(red, 0, time.Second, time.Second, 4*time.Second))
		clock.pass(500 * time.Millisecond)
	}
	if n := len(p.Changes()); n != 1 {
		t.Errorf("%d changes for one pattern", n)
	}
	if got := p.Snapshot()["self"].Colour(clock.t); got != 0 { // 5 s: in the second half of a period
		t.Errorf("renewing disturbs the blinking: %06x", got)
	}
}

func TestDriverGrantsNoMoreThanItsLongestLease(t *testing.T) {
	clock, p := start()
	must(t, p.Lamp("self").Show(green, 0, 0, 0, time.Hour))
	must(t, p.Buzzer().Sound([]time.Duration{time.Second, time.Second}, true, time.Hour))
	clock.pass(simpanel.MaxLease)
	for name, s := range p.Snapshot() {
		if s.Lit() {
			t.Errorf("%s is lit: %+v", name, s)
		}
	}
}

func TestOneShotEndsByItself(t *testing.T) {
	clock, p := start()
	must(t, p.Buzzer().Sound([]time.Duration{100 * time.Millisecond}, false, time.Second))
	clock.pass(100 * time.Millisecond)
	if p.Snapshot()["buzzer"].Lit() {
		t.Error("a tone without repeat goes on")
	}
}

func TestHaltIsDark(t *testing.T) {
	_, p := start()
	must(t, p.Lamp("a").Show(red, green, time.Second, time.Second, time.Second))
	must(t, p.Buzzer().Sound([]time.Duration{time.Second}, true, time.Second))
	must(t, p.Halt())
	for name, s := range p.Snapshot() {
		if s.Lit() {
			t.Errorf("%s is lit", name)
		}
	}
}

func TestImpossibleRhythmIsRefused(t *testing.T) {
	_, p := start()
	if p.Lamp("a").Show(red, 0, 0, time.Second, time.Second) == nil || p.Lamp("a").Show(red, 0, -1, 0, time.Second) == nil {
		t.Error("an impossible rhythm was shown")
	}
	if p.Buzzer().Sound([]time.Duration{0}, true, time.Second) == nil {
		t.Error("a beat of no length was sounded")
	}
}

// TestNeverLitWithoutALease plays random calls and holds two things: nothing is lit later than the newest lease,
// and the changes are bounded and in order.
func TestNeverLitWithoutALease(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock, p := start()
		l, until := p.Lamp("x"), time.Time{}
		for range rapid.IntRange(1, 1500).Draw(t, "calls") {
			clock.pass(time.Duration(rapid.IntRange(0, 3000).Draw(t, "pass")) * time.Millisecond)
			if rapid.IntRange(0, 9).Draw(t, "call") == 0 {
				until = time.Time{}
				_ = l.Off()
			} else {
				lease := time.Duration(rapid.IntRange(-1, 8).Draw(t, "lease")) * time.Second
				until = clock.t.Add(max(0, min(lease, simpanel.MaxLease)))
				_ = l.Show(rapid.SampledFrom([]uint32{red, green}).Draw(t, "colour"), 0, 0, 0, lease)
			}
			if lit := p.Snapshot()["x"].Lit(); lit != clock.t.Before(until) {
				t.Fatalf("lit %v, lease until %v, now %v", lit, until, clock.t)
			}
		}
		changes := p.Changes()
		if len(changes) > simpanel.MaxChanges {
			t.Fatalf("%d changes kept", len(changes))
		}
		for i := 1; i < len(changes); i++ {
			if changes[i].At.Before(changes[i-1].At) {
				t.Fatalf("change %d is before the one before", i)
			}
		}
	})
}
