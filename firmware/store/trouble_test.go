package store

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// breakCard puts the file at target under every descriptor of this process that is open on path.
func breakCard(t *testing.T, path, target string) {
	t.Helper()
	bad, err := unix.Open(target, unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(bad)
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, e := range entries {
		fd, _ := strconv.Atoi(e.Name())
		if name, err := os.Readlink("/proc/self/fd/" + e.Name()); err != nil || name != path {
			continue
		}
		if err := unix.Dup3(bad, fd, unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		broken++
	}
	if broken == 0 {
		t.Fatalf("%s is not open", path)
	}
}

func TestFailingCardIsTroubleAndIsLeftWhenItWorksAgain(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, settings(dir))
		var told []error
		s.OnTrouble(func(err error) { told = append(told, err) })
		stop := start(t, s)
		offer(t, s, result(1), change(2, 1))
		<-s.Committed()
		breakCard(t, dbPath(dir)+"-wal", os.DevNull)
		offer(t, s, result(3), change(4, 2))
		synctest.Wait()
		if s.Trouble() == nil || len(told) != 1 {
			t.Fatalf("trouble %v, told %v", s.Trouble(), told)
		}
		if late := s.Pending(0); len(late) != 0 {
			t.Errorf("%v is late at once", late)
		}
		<-time.After(lateAfter + 1)
		if late := s.Pending(0); len(late) != 1 || late[0].Seq != 2 || len(s.Pending(2)) != 0 {
			t.Errorf("late are %v", late)
		}
		<-s.Committed()
		synctest.Wait()
		if s.Trouble() != nil || len(told) != 2 || len(s.Pending(0)) != 0 {
			t.Errorf("after the card works: %v, told %v, pending %v", s.Trouble(), told, s.Pending(0))
		}
		stop()
	})
	s := mustOpen(t, settings(dir))
	defer s.Close()
	if events, transitions := stored(t, s); len(events) != 4 || len(transitions) != 2 {
		t.Errorf("%d events, %d transitions", len(events), len(transitions))
	}
}

func TestWhileTheCardFailsTheNewestStay(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, settings(dir))
		stop := start(t, s)
		offer(t, s, change(1, 1))
		<-s.Committed()
		breakCard(t, dbPath(dir)+"-wal", os.DevNull)
		offer(t, s, change(2, 2))
		synctest.Wait()
		const many = maxWaiting + 500
		for seq := range uint64(many) {
			offer(t, s, change(seq+3, seq+3))
		}
		stats := s.Stats()
		if stats.Pending != maxQueue || stats.Waiting != maxWaiting || stats.LostEvents != many+1-maxQueue || stats.LostTransitions != 501 {
			t.Errorf("%+v", stats)
		}
		<-s.Committed()
		stop()
		s = mustOpen(t, settings(dir))
		defer s.Close()
		got, err := s.Transitions(1, 1<<30)
		if err != nil || len(got) != maxWaiting || got[0].Seq != 503 || got[maxWaiting-1].Seq != many+2 {
			t.Errorf("%d transitions, %v", len(got), err)
		}
		var last error
		for _, last = range s.Events(1) {
		}
		if !errors.Is(last, ErrGap) {
			t.Errorf("dropped events end a replay with %v", last)
		}
	})
}

// A commit that was done although it seemed to fail must not be done again.
func TestCommitThatOnlySeemedToFail(t *testing.T) {
	s := mustOpen(t, settings(t.TempDir()))
	offer(t, s, result(1), change(2, 1))
	b := s.take()
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	s.queue.items, s.queue.waiting = b.items, b.waiting
	offer(t, s, change(3, 2))
	if err := s.commit(); err == nil {
		t.Fatal("numbers are stored twice")
	}
	if err := s.mend(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if events, transitions := stored(t, s); len(events) != 3 || len(transitions) != 2 {
		t.Fatalf("%d events, %d transitions", len(events), len(transitions))
	}
}

func TestWithoutFileInMemoryThenInANewOne(t *testing.T) {
	dir := t.TempDir()
	keep(t, settings(dir), change(1, 1))
	old := mustOpen(t, settings(dir))
	oldEpoch := old.Epoch()
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	// The file is in the way and cannot be moved aside, as on a card that is read-only.
	moved, blocked := dbPath(dir)+".kept", filepath.Join(dir, "corrupt")
	for _, err := range []error{os.Rename(dbPath(dir), moved), os.Mkdir(dbPath(dir), 0o700), os.WriteFile(blocked, nil, 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, settings(dir))
		if s.Trouble() == nil || s.Epoch() == 0 || s.Epoch() == oldEpoch {
			t.Fatalf("trouble %v, epoch %d", s.Trouble(), s.Epoch())
		}
		if state, _, err := s.Checkpoint(); state != nil || err != nil {
			t.Fatal("a checkpoint out of nothing", err)
		}
		var told []error
		s.OnTrouble(func(err error) { told = append(told, err) })
		stop := start(t, s)
		offer(t, s, result(1), change(2, 1), result(3))
		<-time.After(3 * retryAfter)
		synctest.Wait()
		if len(told) != 1 || told[0] == nil {
			t.Errorf("lasting trouble was told as %v", told)
		}
		for _, err := range []error{os.Remove(dbPath(dir)), os.Rename(moved, dbPath(dir)), os.Remove(blocked)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		<-s.Committed()
		epoch := s.Epoch()
		stop()
		if len(told) != 2 || told[1] != nil {
			t.Errorf("the end of trouble was told as %v", told)
		}
		s = mustOpen(t, settings(dir))
		defer s.Close()
		if events, transitions := stored(t, s); len(events) != 3 || len(transitions) != 1 || s.Epoch() != epoch {
			t.Errorf("%d events, %d transitions, epoch %d, want %d", len(events), len(transitions), s.Epoch(), epoch)
		}
		if kept, _ := filepath.Glob(filepath.Join(blocked, "1", FileName)); len(kept) != 1 {
			t.Error("the file of the other epoch is not kept")
		}
	})
}

// A file made while running goes on with the numbers already given, so that none is ever given twice.
func TestFileMadeWhileRunningRemembersTheNumbers(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, settings(dir))
	offer(t, s, result(1), change(2, 1), change(3, 2))
	if err := s.commit(); err != nil {
		t.Fatal(err)
	}
	s.drop()
	if err := os.WriteFile(dbPath(dir), []byte(strings.Repeat("garbage", 9999)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.mend(); err != nil {
		t.Fatal(err)
	}
	epoch := s.Epoch()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, settings(dir))
	defer s.Close()
	if e, tr := s.Last(); e != 3 || tr != 2 || s.Epoch() != epoch {
		t.Fatalf("goes on after %d and %d, epoch %d, want %d", e, tr, s.Epoch(), epoch)
	}
}

func TestEndInTroubleSaysWhatIsLost(t *testing.T) {
	s := mustOpen(t, settings(t.TempDir()))
	offer(t, s, change(1, 1), result(2))
	s.drop()
	if err := os.WriteFile(filepath.Join(s.set.Dir, "corrupt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dbPath(s.set.Dir), []byte("garbage"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.fail(errors.New("card gone"))
	if err := s.finish(); err == nil || !strings.Contains(err.Error(), "2 events and 1 transitions") {
		t.Fatalf("ends with %v", err)
	}
}

// TestARemovedFileIsTrouble: SQLite goes on writing to a file that has no name any more, and all would be lost at
// the end.
func TestARemovedFileIsTrouble(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, settings(dir))
		epoch := s.Epoch()
		stop := start(t, s)
		offer(t, s, result(1), change(2, 1))
		<-s.Committed()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(dbPath(dir) + suffix); err != nil {
				t.Fatal(err)
			}
		}
		offer(t, s, result(3), change(4, 2))
		synctest.Wait()
		if s.Trouble() == nil {
			t.Fatal("the journal's file is gone, but the store says that all is well")
		}
		<-time.After(2 * retryAfter)
		if err := s.Trouble(); err != nil {
			t.Fatalf("no new file: %v", err)
		}
		stop()
		again := mustOpen(t, settings(dir))
		defer again.Close()
		ts, err := again.Transitions(0, 10)
		if err != nil || len(ts) != 1 || ts[0].Seq != 2 || again.Epoch() != epoch {
			t.Errorf("%v %v of epoch %x, want transition 2 of epoch %x", ts, err, again.Epoch(), epoch)
		}
	})
}
