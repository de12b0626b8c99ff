package store

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware/fold"
)

func TestRoomIsMadeByTheOldestEvents(t *testing.T) {
	set := settings(t.TempDir())
	set.MaxBytes = leastBytes
	s := mustOpen(t, set)
	stop := start(t, s)
	rnd := rand.New(rand.NewPCG(1, 1))
	seq, transition := uint64(0), uint64(0)
	for range 400 {
		for range 40 {
			seq++
			e := result(seq)
			r := e.Event.Body.(fold.Result)
			r.Marker = rnd.Uint64()
			e.Event.Body = r
			offer(t, s, e)
		}
		seq++
		transition++
		offer(t, s, change(seq, transition))
		if !s.Save(seq, make([]byte, 3000)) {
			t.Fatal("no checkpoint")
		}
		<-s.Committed()
	}
	stop()
	info, err := os.Stat(dbPath(set.Dir))
	if err != nil || info.Size() > leastBytes || s.Trouble() != nil {
		t.Fatalf("%d bytes, %v, %v", info.Size(), err, s.Trouble())
	}
	s = mustOpen(t, set)
	defer s.Close()
	oldest := s.Stats().Oldest
	if e, _ := s.Last(); e != seq || oldest < 2 || seq-oldest < 1000 {
		t.Fatalf("events %d to %d of %d are kept", oldest, e, seq)
	}
	if got, err := s.Transitions(0, 9999); err != nil || len(got) != int(transition) {
		t.Errorf("%d transitions of %d, %v", len(got), transition, err)
	}
	for _, err := range s.Events(0) {
		if !errors.Is(err, ErrGap) {
			t.Errorf("reading from the start: %v", err)
		}
	}
	checkpoints, err := s.Checkpoints()
	if err != nil || len(checkpoints) < keepNewest+1 {
		t.Fatalf("%d checkpoints, %v", len(checkpoints), err)
	}
	for _, c := range checkpoints {
		last := c.Seq
		for e, err := range s.Events(c.Seq) {
			if err != nil {
				t.Fatalf("replay from checkpoint %d: %v", c.Seq, err)
			}
			last = e.Seq
		}
		if last != seq {
			t.Errorf("replay from %d ends at %d", c.Seq, last)
		}
	}
}

func TestTransitionsGoLastAndAcknowledgedOnesFirst(t *testing.T) {
	set := settings(t.TempDir())
	set.MaxBytes = leastBytes
	s := mustOpen(t, set)
	defer s.Close()
	why := func(n uint64) string { // does not compress
		rnd := rand.New(rand.NewPCG(n, n))
		return strings.Map(func(rune) rune { return rune('a' + rnd.IntN(26)) }, strings.Repeat("x", 400))
	}
	oldest := map[uint64]bool{}
	for seq := range uint64(1500) {
		e := change(seq+1, seq+1)
		e.Transitions[0].Why = why(seq)
		offer(t, s, e)
		if seq == 100 {
			s.SetCursor("a", Transitions, Cursor{Done: 800})
			s.SetCursor("b", Transitions, Cursor{Done: 400})
		}
		if seq%50 == 49 {
			if err := s.commit(); err != nil {
				t.Fatalf("at %d: %v", seq, err)
			}
		}
		if got, err := s.Transitions(0, 1); err == nil && len(got) == 1 {
			oldest[got[0].Seq] = true
		}
	}
	if !oldest[401] {
		t.Errorf("400 are acknowledged by all; the oldest were in turn %v", slices.Sorted(maps.Keys(oldest)))
	}
	got, err := s.Transitions(0, 9999)
	if err != nil || len(got) < 200 || got[len(got)-1].Seq != 1500 {
		t.Fatalf("%d transitions, %v", len(got), err)
	}
}

func TestThin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seqs := rapid.SliceOfNDistinct(rapid.Uint64Range(1, 1000), 0, 60, rapid.ID).Draw(t, "seqs")
		slices.Sort(seqs)
		oldest := rapid.Uint64Range(0, 1100).Draw(t, "oldest")
		drop := thin(seqs, oldest)
		var kept []uint64
		for _, s := range seqs {
			if !slices.Contains(drop, s) {
				kept = append(kept, s)
			}
		}
		newest := seqs[max(0, len(seqs)-keepNewest):]
		usable := slices.DeleteFunc(slices.Clone(seqs), func(s uint64) bool { return s+1 < oldest })
		switch {
		case len(kept) > keepCheckpoints:
			t.Errorf("%d stay", len(kept))
		case len(kept)+len(drop) != len(seqs):
			t.Error("something goes twice")
		case !slices.Equal(newest, kept[max(0, len(kept)-keepNewest):]):
			t.Errorf("the newest are %v, of %v stay %v", newest, seqs, kept)
		case len(usable) > 0 && !slices.Contains(kept, usable[0]):
			t.Errorf("%d, with which the longest replay begins, goes", usable[0])
		case len(kept) > keepNewest && kept[0]+1 < oldest:
			t.Errorf("%d stays, but the journal begins with %d", kept[0], oldest)
		}
	})
}
