package clock

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

var aBoot = firmware.BootID{1, 2, 3}

// desk is a kernel whose clocks a test sets by hand.
type desk struct {
	up   time.Duration
	unix time.Duration // wall clock
	sync bool
}

func (d *desk) kernel() kernel {
	return kernel{
		up:     func() (time.Duration, error) { return d.up, nil },
		wall:   func() time.Time { return time.Unix(0, int64(d.unix)) },
		synced: func() bool { return d.sync },
	}
}

func (d *desk) pass(t time.Duration) { d.up += t; d.unix += t }

func (d *desk) clock(t *testing.T, floor time.Time) *Clock {
	t.Helper()
	c, err := newClock(aBoot, d.kernel(), floor)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(t time.Time) time.Duration { return time.Duration(t.UnixNano()) }

func TestQuality(t *testing.T) {
	for _, tc := range []struct {
		name  string
		wall  time.Time
		floor time.Time
		sync  bool
		want  firmware.ClockQuality
	}{
		{"synchronised", newYear, newYear, true, firmware.ClockSynced},
		{"after the floor", newYear.Add(time.Hour), newYear, false, firmware.ClockEstimated},
		{"before the floor", time.Unix(100, 0), newYear, false, firmware.ClockUnknown},
		{"no floor", newYear, time.Time{}, false, firmware.ClockUnknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := &desk{up: time.Minute, unix: at(tc.wall), sync: tc.sync}
			if got := d.clock(t, tc.floor).State().Quality; got != tc.want {
				t.Errorf("quality %s, want %s", got, tc.want)
			}
		})
	}
}

func TestPollTellsStepsAndQualityOnly(t *testing.T) {
	d := &desk{up: time.Minute, unix: at(newYear)}
	c := d.clock(t, newYear)
	poll := func(what string, want bool) {
		t.Helper()
		if _, changed := c.Poll(); changed != want {
			t.Errorf("%s: changed %v, want %v", what, changed, want)
		}
	}
	d.pass(time.Hour)
	poll("time passes", false)
	d.unix += 400 * time.Millisecond
	poll("slewed 400 ms", false)
	d.unix += 400 * time.Millisecond
	poll("slewed 800 ms in all", true)
	d.unix -= 3 * time.Hour
	poll("stepped back below the floor", true)
	d.unix += 24 * time.Hour
	d.sync = true
	poll("synchronised", true)
	poll("still synchronised", false)
	d.sync = false
	if s, changed := c.Poll(); !changed || s.Quality != firmware.ClockEstimated {
		t.Errorf("lost its source: %v %v, want a change to estimated", s, changed)
	}
}

func TestWall(t *testing.T) {
	d := &desk{up: time.Minute, unix: at(time.Unix(5, 0))}
	c := d.clock(t, newYear)
	early := c.Now()
	if got := c.Wall(early); !got.Equal(newYear) {
		t.Errorf("wall time of an unset clock is %v, want the floor %v", got, newYear)
	}
	d.pass(time.Minute)
	d.unix, d.sync = at(newYear.Add(48*time.Hour)), true
	c.Poll()
	if got, want := c.Wall(early), newYear.Add(48*time.Hour-time.Minute); !got.Equal(want) {
		t.Errorf("corrected wall time %v, want %v", got, want)
	}
	if got := c.Wall(firmware.Stamp{Boot: firmware.BootID{9}, Up: 1}); !got.IsZero() {
		t.Errorf("wall time of another boot %v, want none", got)
	}
}

func TestTLSTimeNeverBeforeFloor(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := &desk{up: time.Duration(rapid.Int64Range(0, 1e15).Draw(rt, "up")), unix: time.Duration(rapid.Int64Range(0, 3e18).Draw(rt, "wall"))}
		c, err := newClock(aBoot, d.kernel(), newYear)
		if err != nil {
			rt.Fatal(err)
		}
		passed := time.Duration(rapid.Int64Range(0, 1e15).Draw(rt, "passed"))
		d.pass(passed)
		got := c.TLSTime()
		if least := newYear.Add(passed).Truncate(time.Microsecond); got.Before(least.Add(-time.Microsecond)) {
			rt.Fatalf("TLS time %v before the floor %v", got, least)
		}
		if got.Before(time.Unix(0, int64(d.unix))) {
			rt.Fatalf("TLS time %v before the wall clock", got)
		}
	})
}

func TestNowIsWholeMicroseconds(t *testing.T) {
	d := &desk{up: 1234567, unix: at(newYear)}
	if got := d.clock(t, time.Time{}).Now(); got != (firmware.Stamp{Boot: aBoot, Up: 1234 * time.Microsecond}) {
		t.Errorf("stamp %v", got)
	}
}

func TestSynced(t *testing.T) {
	flag := filepath.Join(t.TempDir(), "synchronized")
	says := func(state int, status int32, err error) func() (int, int32, error) {
		return func() (int, int32, error) { return state, status, err }
	}
	if !synced(says(0, 0, nil), flag) {
		t.Error("TIME_OK is not synchronised")
	}
	if synced(says(timeError, 0, nil), flag) || synced(says(0, unix.STA_UNSYNC, nil), flag) {
		t.Error("an unsynchronised kernel passes")
	}
	if synced(says(0, 0, unix.EPERM), flag) {
		t.Error("refused and no flag file, but synchronised")
	}
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if !synced(says(0, 0, unix.EPERM), flag) {
		t.Error("the flag file is not believed when the kernel refuses")
	}
	if synced(says(timeError, 0, nil), flag) {
		t.Error("the flag file outvotes the kernel")
	}
}

func TestBootIDRefusesRubbish(t *testing.T) {
	file := filepath.Join(t.TempDir(), "boot_id")
	if _, err := bootID(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	for _, text := range []string{"", "not an id", "00000000-0000-0000-0000-000000000000\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := bootID(file); err == nil {
			t.Errorf("boot id %q accepted", text)
		}
	}
}

func TestRealClock(t *testing.T) {
	built := time.Date(2025, 1, 22, 0, 0, 0, 0, time.UTC)
	c, err := New(built)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			last := c.Now()
			for range 1000 {
				now := c.Now()
				if d := now.Since(last); d < 0 || d > time.Minute {
					t.Errorf("stamp moved by %v", d)
				}
				last = now
				c.Poll()
			}
		})
	}
	wg.Wait()
	if off := time.Since(c.Wall(c.Now())).Abs(); off > 5*time.Second {
		t.Errorf("wall time of now is off by %v", off)
	}
	if c.State().Quality == firmware.ClockUnknown {
		t.Errorf("wall clock after the floor, but quality %s", c.State().Quality)
	}
}

// TestFloor: what has passed follows the wall clock only while somebody disciplines it, and never a step of it after.
func TestFloor(t *testing.T) {
	d := &desk{up: time.Minute, unix: at(newYear.AddDate(40, 0, 0))}
	c := d.clock(t, newYear)
	is := func(what string, want, best time.Time, sure bool) {
		t.Helper()
		past, exact := c.Floor()
		if !past.Equal(want) || exact != sure || !c.TLSTime().Equal(best) {
			t.Errorf("%s: %v, exact %v, TLS time %v; want %v, %v, %v", what, past, exact, c.TLSTime(), want, sure, best)
		}
	}
	is("40 years ahead", newYear, newYear.AddDate(40, 0, 0), false)
	d.pass(time.Hour)
	is("and an hour", newYear.Add(time.Hour), newYear.AddDate(40, 0, 0).Add(time.Hour), false)
	real := newYear.AddDate(0, 6, 0)
	d.unix, d.sync = at(real), true
	c.Poll()
	is("set", real, real, true)
	d.unix, d.sync = at(newYear.AddDate(90, 0, 0)), false
	c.Poll()
	d.pass(time.Hour)
	is("lost its source, and stepped", real.Add(time.Hour), real.Add(time.Hour), true)
	if past, exact := (&desk{unix: 5}).clock(t, time.Time{}).Floor(); !past.IsZero() || exact {
		t.Errorf("no floor: %v, %v", past, exact)
	}
}
