package store

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"edgeprobe.io/firmware/block"
)

// cutPower copies the file and its log as a card would hold them had the power gone now: the file first, and the
// log up to any byte. A reader keeps the log from being begun anew in between.
// It returns the least that must be there afterwards.
func cutPower(t *testing.T, s *Store, to string, rnd *rand.Rand) (least numbers) {
	t.Helper()
	least.event, least.transition = s.Last()
	tx, err := s.db().Read().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM meta").Scan(&n); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(s.path())
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(s.path() + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if rnd.IntN(2) == 0 && len(log) > 0 { // what was not yet synced is torn
		log = log[:len(log)-rnd.IntN(min(len(log), 9000))]
		least = numbers{}
	}
	if err := os.WriteFile(filepath.Join(to, FileName), file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, FileName+"-wal"), log, 0o600); err != nil {
		t.Fatal(err)
	}
	return least
}

func TestPowerCutLeavesAPrefix(t *testing.T) {
	s := mustOpen(t, settings(t.TempDir()))
	defer start(t, s)()
	rnd := rand.New(rand.NewPCG(3, 4))
	seq, transition, long := uint64(0), uint64(0), 0
	for cut := range 40 {
		for range rnd.IntN(300) {
			seq++
			if rnd.IntN(6) == 0 {
				transition++
				s.SetCursor("a", Transitions, Cursor{Done: transition - 1})
				offer(t, s, change(seq, transition))
			} else {
				offer(t, s, result(seq))
			}
			if rnd.IntN(50) == 0 {
				s.Save(seq, make([]byte, 2000))
			}
		}
		if cut%4 == 0 && seq > 0 {
			seq++
			transition++
			offer(t, s, change(seq, transition))
			<-s.Committed()
		}
		dir := t.TempDir()
		least := cutPower(t, s, dir, rnd)
		n := checkPrefix(t, dir, least, numbers{seq, transition})
		long = max(long, n)
	}
	if long < 1000 {
		t.Errorf("the longest prefix had %d events: nothing was tried", long)
	}
}

// checkPrefix opens what a power cut left and returns how many events are there.
func checkPrefix(t *testing.T, dir string, least, most numbers) int {
	t.Helper()
	s := mustOpen(t, settings(dir))
	defer s.Close()
	if reset := s.Stats().Reset; reset != "" || s.Trouble() != nil {
		t.Fatalf("after a power cut: moved aside because %q, trouble %v", reset, s.Trouble())
	}
	gotEvents, gotTransitions := stored(t, s)
	made := 0
	for i, e := range gotEvents {
		if e.Seq != uint64(i+1) || e.Seq > most.event {
			t.Fatalf("event %d at place %d of %d", e.Seq, i+1, most.event)
		}
		if e.Body == change(1, 1).Event.Body {
			made++
		}
	}
	for i, tr := range gotTransitions {
		if tr.Seq != uint64(i+1) || tr.Seq > most.transition {
			t.Fatalf("transition %d at place %d of %d", tr.Seq, i+1, most.transition)
		}
	}
	if n := len(gotEvents); uint64(n) < least.event || uint64(len(gotTransitions)) < least.transition {
		t.Fatalf("%d events and %d transitions are left, but %+v were committed", n, len(gotTransitions), least)
	}
	if made != len(gotTransitions) {
		t.Fatalf("%d events made transitions, %d are there", made, len(gotTransitions))
	}
	if done := s.Cursor("a", Transitions).Done; done > most.transition {
		t.Fatalf("the cursor is at %d of %d", done, most.transition)
	}
	if _, seq, err := s.Checkpoint(); err != nil || seq > uint64(len(gotEvents)) {
		t.Fatalf("a checkpoint after %d of %d events, %v", seq, len(gotEvents), err)
	}
	return len(gotEvents)
}

func FuzzRow(f *testing.F) {
	var p packer
	for _, es := range [][]Entry{{result(1)}, {result(1), change(2, 1), result(3)}, {beat(1)}} {
		events, _ := split(es)
		r, err := p.row(events)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(r.folded, r.events)
	}
	results, err := block.Encode(nil, []block.Numbered{{Seq: 1}, {Seq: 3}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, folded, events []byte) {
		r := row{results: results, folded: folded, events: events}
		if got, err := r.unpack(); err == nil && len(got) < 2 {
			t.Fatalf("%d events of a row with two results", len(got))
		}
	})
}
