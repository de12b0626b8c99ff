package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/block"
	"edgeprobe.io/firmware/fold"
)

func TestEventsComeBackIdenticalAndInOrder(t *testing.T) {
	home := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(home, "")
		if err != nil {
			t.Fatal(err)
		}
		all := anyEntries(t)
		cut := rapid.IntRange(0, len(all)).Draw(t, "restart after")
		keep(t, settings(dir), all[:cut]...)
		keep(t, settings(dir), all[cut:]...)
		s := mustOpen(t, settings(dir))
		defer s.Close()
		events, transitions := stored(t, s)
		wantEvents, wantTransitions := split(all)
		if d := diff(wantEvents, events) + diff(wantTransitions, transitions); d != "" {
			t.Fatalf("(-offered +stored)\n%s", d)
		}
		e, tr := s.Last()
		if e != uint64(len(all)) || tr != uint64(len(transitions)) {
			t.Fatalf("Last is %d, %d", e, tr)
		}
		from := rapid.IntRange(0, len(all)).Draw(t, "from")
		n := from
		for e, err := range s.Events(uint64(from)) {
			if n++; err != nil || e.Seq != uint64(n) {
				t.Fatalf("event %d after %d, %v", e.Seq, from, err)
			}
		}
		if n != len(all) {
			t.Fatalf("events after %d end at %d of %d", from, n, len(all))
		}
	})
}

func TestBlocksHoldEveryResultOnce(t *testing.T) {
	set := settings(t.TempDir())
	for part := range uint64(5) {
		var some []Entry
		for i := range uint64(30) {
			some = append(some, result(part*31+i+1))
		}
		keep(t, set, append(some, change(part*31+31, part+1))...)
	}
	s := mustOpen(t, set)
	defer s.Close()
	results, after := 0, uint64(0)
	for {
		rows, err := s.Blocks(after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			first, last, n, err := block.Span(r.Data)
			if err != nil || first < r.First || last > r.Last || r.First <= after {
				t.Fatalf("row %d to %d after %d: block %d to %d, %v", r.First, r.Last, after, first, last, err)
			}
			results, after = results+n, r.Last
		}
	}
	if results != 150 || after != 155 {
		t.Fatalf("%d results up to event %d", results, after)
	}
	if rows, err := s.Blocks(40, 1); err != nil || rows[0].First != 32 {
		t.Fatalf("the row that goes beyond 40 is %+v, %v", rows, err)
	}
}

func TestOnlyWhatMattersIsCommittedAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		entry Entry
		want  time.Duration
	}{
		"result":     {result(2), 30 * time.Second},
		"heartbeat":  {beat(2), 30 * time.Second},
		"transition": {change(2, 1), time.Millisecond},
		"command":    {Entry{Event: fold.Event{Seq: 2, Body: fold.Command{}}}, time.Millisecond},
		"moved tick": {Entry{fold.Event{Seq: 2, Body: fold.Tick{}}, []fold.Transition{{Seq: 1}}}, time.Millisecond},
	} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			s := mustOpen(t, settings(dir))
			stop := start(t, s)
			defer stop()
			offer(t, s, result(1), c.entry)
			began := time.Now()
			<-s.Committed()
			if took := time.Since(began); took > c.want || took < c.want-time.Millisecond {
				t.Errorf("%s was committed after %v, want %v", name, took, c.want)
			}
			if e, _ := s.Last(); e != 2 {
				t.Errorf("%s: committed up to %d", name, e)
			}
		})
	}
}

func TestManyResultsDoNotWait(t *testing.T) {
	s := mustOpen(t, settings(t.TempDir()))
	defer start(t, s)()
	for seq := range uint64(largeQueue) {
		offer(t, s, result(seq+1))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	select {
	case <-s.Committed():
	case <-ctx.Done():
		t.Fatal("no commit")
	}
}

func TestCursorsAndClocksRide(t *testing.T) {
	set := settings(t.TempDir())
	boot := firmware.BootID{9}
	synced := firmware.ClockState{Offset: time.Hour, Quality: firmware.ClockSynced}
	s := mustOpen(t, set)
	stop := start(t, s)
	want := Cursor{Done: 5, From: 9, To: 12}
	s.SetCursor("a", Results, want)
	s.SetClock(boot, firmware.ClockState{Offset: time.Minute, Quality: firmware.ClockEstimated})
	offer(t, s, change(1, 1))
	<-s.Committed()
	s.SetClock(boot, synced)
	s.SetClock(boot, firmware.ClockState{Offset: 1, Quality: firmware.ClockUnknown})
	stop()
	s = mustOpen(t, set)
	defer s.Close()
	if got := s.Cursor("a", Results); got != want || s.Cursor("a", Transitions) != (Cursor{}) {
		t.Errorf("cursor is %+v, want %+v", got, want)
	}
	if got, ok := s.Clock(boot); !ok || got != synced {
		t.Errorf("clock is %+v, want %+v", got, synced)
	}
}

func TestCheckpointsBeginRows(t *testing.T) {
	set := settings(t.TempDir())
	state := make([]byte, 5000)
	s := mustOpen(t, set)
	offer(t, s, result(1), result(2))
	if !s.Save(2, state) || s.Save(3, state) {
		t.Fatal("Save must take what was offered, and nothing else")
	}
	offer(t, s, result(3), change(4, 1))
	start(t, s)()
	s = mustOpen(t, set)
	defer s.Close()
	got, seq, err := s.Checkpoint()
	if err != nil || seq != 2 || len(got) != len(state) {
		t.Fatalf("checkpoint %d of %d bytes, %v", seq, len(got), err)
	}
	rows, err := s.Blocks(2, 9)
	if err != nil || len(rows) != 1 || rows[0].First != 3 {
		t.Fatalf("rows %+v, %v", rows, err)
	}
}

func TestOfferRefuses(t *testing.T) {
	s := mustOpen(t, settings(t.TempDir()))
	offer(t, s, change(5, 3))
	if s.Offer(result(5)) || s.Offer(change(6, 3)) {
		t.Error("numbers that do not ascend are taken")
	}
	for seq := range uint64(maxQueue - 1) {
		offer(t, s, result(seq+6))
	}
	if s.Offer(result(9999)) || s.Save(5, nil) {
		t.Error("a full queue takes more")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s.Offer(result(99999)) {
		t.Error("a closed store takes more")
	}
}

func TestNewFileHasNewEpoch(t *testing.T) {
	seen := map[uint64]bool{}
	dir := t.TempDir()
	for _, name := range []string{"first", "deleted", "damaged"} {
		var err error
		switch name {
		case "deleted":
			err = os.Remove(dbPath(dir))
		case "damaged":
			err = os.WriteFile(dbPath(dir), []byte("no database at all"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		s := mustOpen(t, settings(dir))
		epoch := s.Epoch()
		if seen[epoch] || epoch == 0 || epoch >= 1<<53 {
			t.Errorf("%s: epoch %d", name, epoch)
		}
		seen[epoch] = true
		if e, tr := s.Last(); e != 0 || tr != 0 || s.Trouble() != nil {
			t.Errorf("%s: last %d %d, %v", name, e, tr, s.Trouble())
		}
		if why := s.Stats().Reset; (why != "") != (name == "damaged") {
			t.Errorf("%s: reset %q", name, why)
		}
		stop := start(t, s)
		offer(t, s, change(1, 1))
		stop()
		again := mustOpen(t, settings(dir))
		if again.Epoch() != epoch {
			t.Errorf("%s: the same file has another epoch", name)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDirectoryThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", file, filepath.Join(file, "below")} {
		if _, err := Open(settings(dir), quiet()); err == nil {
			t.Errorf("%q opens", dir)
		}
	}
}
