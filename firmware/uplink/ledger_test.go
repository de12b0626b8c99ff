package uplink

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

// modem is an interface that is plugged in and out, and the truth of what went over it.
type modem struct {
	Counters
	there bool
	moved int64 // bytes ever
}

func (m *modem) read(string) (Counters, error) {
	if !m.there {
		return Counters{}, unix.ENODEV
	}
	return m.Counters, nil
}

func (m *modem) move(n int64) {
	if m.there {
		m.Rx += uint64(n / 3)
		m.Tx += uint64(n - n/3)
		m.moved += n
	}
}

// TestNeverOverspends: whatever is asked for, whenever it is spent within a minute, and however often the modem
// vanishes with counters unread, grants never move more than the allowance, and calm ones leave the reserve.
func TestNeverOverspends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		monthly := rapid.Int64Range(1, 100000).Draw(t, "allowance")
		calm := CalmShare(monthly, rapid.Float64Range(0, 1).Draw(t, "reserve"))
		m := &modem{Counters: Counters{Index: 3, Rx: 500, Tx: 7}, there: true}
		l := &ledger{name: "wwan0", file: filepath.Join(os.TempDir(), "never", "written"), boot: firmware.BootID{1}, monthly: monthly, calm: calm, read: m.read}
		wall, mono := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Unix(1000, 0)
		l.kept = mono.Add(1 << 40)                                                // no file in this test
		l.book, l.saved = Book{Month: "2026-11"}, Book{Month: "2026-11", Rx: 1e9} // nor ever due
		poll := func() {
			if err := l.poll(wall, mono); err != nil {
				t.Fatal(err)
			}
		}
		poll()
		type debt struct {
			bytes int64
			until time.Time
		}
		var debts []debt
		alarm := false
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0, 1:
				n, incident := rapid.Int64Range(0, monthly).Draw(t, "bytes"), rapid.IntRange(0, 9).Draw(t, "incident") == 0
				if l.ask(n, incident) {
					debts, alarm = append(debts, debt{n, mono.Add(settled)}), alarm || incident
				}
			case 2: // some of what was granted is spent
				for i := range debts {
					if !debts[i].until.Before(mono) {
						n := rapid.Int64Range(0, debts[i].bytes).Draw(t, "spend")
						debts[i].bytes -= n
						m.move(n)
					}
				}
			case 3, 4:
				mono = mono.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "seconds")) * time.Second)
				poll()
			case 5:
				if m.there = !m.there; m.there {
					m.Counters = Counters{Index: m.Index + 1}
				} else if rapid.Bool().Draw(t, "noticed") {
					poll()
				}
			}
		}
		limit := calm
		if alarm {
			limit = monthly
		}
		if m.moved > limit {
			t.Errorf("%d bytes moved of %d", m.moved, limit)
		}
		mono = mono.Add(time.Second)
		poll()
		if l.spent().Spent() < m.moved {
			t.Errorf("%d booked of %d moved", l.spent().Spent(), m.moved)
		}
	})
}

// TestBookFollowsTheCounters through what happens to modems, boots and months.
func TestBookFollowsTheCounters(t *testing.T) {
	one, two := firmware.BootID{1}, firmware.BootID{2}
	nov, dec := time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	var b Book
	for _, step := range []struct {
		name string
		boot firmware.BootID
		c    Counters
		wall time.Time
		want int64
	}{
		{"counting begins", one, Counters{3, 1000, 500}, time.Time{}, 0},
		{"bytes move", one, Counters{3, 1600, 700}, time.Time{}, 800},
		{"the clock is set", one, Counters{3, 1600, 700}, nov, 800},
		{"another interface", one, Counters{4, 2000, 800}, nov, 3600},
		{"the same, reset", one, Counters{4, 10, 20}, nov, 3630},
		{"one direction alone reset", one, Counters{4, 5, 30}, nov, 3665},
		{"a boot in which it counts higher", two, Counters{4, 1000, 1000}, nov, 5665},
		{"the clock is lost", two, Counters{4, 1001, 1000}, time.Time{}, 5666},
		{"a new month", two, Counters{4, 1001, 1010}, dec, 10},
		{"the clock goes back", two, Counters{4, 1001, 1020}, nov, 20},
	} {
		b, _ = b.turn(step.wall).count(step.boot, step.c)
		if b.Spent() != step.want {
			t.Errorf("%s: %d bytes, want %d", step.name, b.Spent(), step.want)
		}
	}
}

// TestBookOutlivesTheProcess: what was spent is known to the next process, also when it ended without a word.
func TestBookOutlivesTheProcess(t *testing.T) {
	dir, c := t.TempDir(), Counters{Index: 2, Rx: 100}
	open := func(boot byte) *Uplink {
		u := Open(firmware.Uplink{Name: "lte", Interface: "wwan0", Allowance: 1000000, Reserve: 0.25})
		if err := u.Account(dir, firmware.BootID{boot}); err != nil {
			t.Fatal(err)
		}
		u.ledger.read = func(string) (Counters, error) { return c, nil }
		return u
	}
	count := func(u *Uplink, at int64) {
		t.Helper()
		if err := u.Count(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC), time.Unix(at, 0)); err != nil {
			t.Fatal(err)
		}
	}
	u := open(1)
	count(u, 1)
	c.Rx += 5000 // more than a thousandth: written at once
	count(u, 2)
	u = open(1)
	if got := u.Spent().Spent(); got != 5000 {
		t.Errorf("%d bytes after the process was killed, want 5000", got)
	}
	c.Tx += 70
	count(u, 3)
	if err := u.Keep(time.Unix(4, 0)); err != nil {
		t.Fatal(err)
	}
	c = Counters{Index: 2, Rx: 9}
	u = open(2)
	count(u, 1)
	if got := u.Spent().Spent(); got != 5079 {
		t.Errorf("%d bytes after a boot, want 5079", got)
	}
	if u.Ask(745000, false) || !u.Ask(745000, true) || u.Ask(250000, true) {
		t.Error("three quarters of 1000000 are for calm times, all of it for incidents")
	}
	kept, err := ReadBook(dir, "lte")
	if err != nil || kept.Spent() != 5079 {
		t.Errorf("the file says %+v: %v", kept, err)
	}
}

// TestDamagedBookIsToldAndReplaced, so that one bad file neither stops the device nor goes unseen.
func TestDamagedBookIsToldAndReplaced(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(bookFile(dir, "lte"), []byte(`{"rx": -1`), 0o600); err != nil {
		t.Fatal(err)
	}
	u := Open(firmware.Uplink{Name: "lte", Interface: "lo", Allowance: 1000})
	if err := u.Account(dir, firmware.BootID{1}); err == nil {
		t.Error("a damaged book is taken silently")
	}
	if err := u.Count(time.Time{}, time.Unix(1, 0)); err != nil {
		t.Error(err)
	}
	if err := u.Keep(time.Unix(2, 0)); err != nil {
		t.Error(err)
	}
	if _, err := ReadBook(dir, "lte"); err != nil {
		t.Error(err)
	}
}

func FuzzParseCounters(f *testing.F) {
	f.Add(routeMessage(unix.RTM_NEWLINK, appendAttr(make([]byte, 16), unix.IFLA_STATS64, make([]byte, 192))))
	f.Fuzz(func(t *testing.T, m []byte) {
		if c, err := parseCounters(m); err != nil && c != (Counters{}) {
			t.Errorf("%+v beside %v", c, err)
		}
	})
}

// TestBookFileIsJSON, for those who want to read it.
func TestBookFileIsJSON(t *testing.T) {
	want := Book{Month: "2026-11", Rx: 3, Tx: 4, Lost: 5, Boot: firmware.BootID{7}, Index: 9, AtRx: 10, AtTx: 11}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Book
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("%s is read as %+v: %v", text, got, err)
	}
}

// TestGrantsAreHeldUntilCounted: a grant given just before the generations turn is held for another minute.
func TestGrantsAreHeldUntilCounted(t *testing.T) {
	m := &modem{Counters: Counters{Index: 3}, there: true}
	l := &ledger{name: "wwan0", file: filepath.Join(t.TempDir(), "book"), boot: firmware.BootID{1}, monthly: 100, calm: 100, read: m.read}
	poll := func(at int64) {
		t.Helper()
		if err := l.poll(time.Time{}, time.Unix(at, 0)); err != nil {
			t.Fatal(err)
		}
	}
	poll(1000)
	poll(1059)
	if !l.ask(80, false) {
		t.Fatal("80 of 100 are not granted")
	}
	poll(1060)
	if l.ask(21, false) {
		t.Error("granted again what the first may still spend")
	}
	m.move(80)
	poll(1120)
	if l.ask(21, true) || !l.ask(20, true) {
		t.Error("20 are left once the 80 are counted")
	}
	m.there = false
	poll(1300)
	poll(1400)
	if l.ask(0, true) {
		t.Error("granted while the interface is away")
	}
}
