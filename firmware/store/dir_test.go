package store

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"golang.org/x/sys/unix"
)

// asNobody runs f as a user without rights over files, on a thread of its own that ends with it.
func asNobody(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread is thrown away
		_, _ = unix.SetfsuidRetUid(65534)
		f()
	}()
	<-done
}

// forbidden is a folder that nobody may write.
func forbidden(t *testing.T) string {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestUsable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good, closed := t.TempDir(), forbidden(t)
	for _, dir := range []string{good, filepath.Join(good, "a", "b")} {
		if err := Usable(dir); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if left, err := os.ReadDir(good); err != nil || len(left) > 0 {
		t.Errorf("asking left %v behind, %v", left, err)
	}
	for _, dir := range []string{file, filepath.Join(file, "a")} {
		if err := Usable(dir); !errors.Is(err, syscall.ENOTDIR) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	asNobody(func() {
		for _, dir := range []string{closed, filepath.Join(closed, "a", "b")} {
			if err := Usable(dir); !errors.Is(err, os.ErrPermission) {
				t.Errorf("%s: %v", dir, err)
			}
		}
	})
}

// TestForbiddenDirSaysTheMend: with the commands that mend it, and once, however often it is tried again.
func TestForbiddenDirSaysTheMend(t *testing.T) {
	dir := filepath.Join(forbidden(t), "journal")
	var log bytes.Buffer
	var s *Store
	asNobody(func() {
		var err error
		if s, err = Open(settings(dir), slog.New(slog.NewTextHandler(&log, nil))); err != nil {
			t.Error(err)
			return
		}
		err = s.Trouble()
		for range 5 {
			s.tryAgain()
		}
		if err == nil || s.Trouble().Error() != err.Error() {
			t.Errorf("at first %v, then %v", err, s.Trouble())
		}
	})
	for _, want := range []string{"permission denied", "sudo mkdir -p " + dir, "chown", "store.dir"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in %s", want, log.String())
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	s.tryAgain() // by one who may
	if os.Geteuid() == 0 && (s.Trouble() != nil || s.Close() != nil) {
		t.Errorf("still %v", s.Trouble())
	}
}

// TestTheSameTroubleIsLoggedOnce: a card that stays broken is one line, not one each 5 seconds.
func TestTheSameTroubleIsLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		set := settings("/proc/edgeprobe") // where nobody can make anything
		s, err := Open(set, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*retryAfter)
		defer cancel()
		if err := s.Run(ctx); err == nil {
			t.Error("the end does not tell what is lost")
		}
		if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "store.dir") {
			t.Errorf("told %d times:\n%s", n, log.String())
		}
	})
}
