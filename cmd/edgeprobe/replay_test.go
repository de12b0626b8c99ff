package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware/store"
)

// TestReplayOfNoJournal: only a journal that was compared counts as one that replays.
func TestReplayOfNoJournal(t *testing.T) {
	file := func(text string) func(string) error {
		return func(dir string) error { return os.WriteFile(filepath.Join(dir, store.FileName), []byte(text), 0o600) }
	}
	for want, prepare := range map[string]func(dir string) error{
		"there is no journal.db in it": func(string) error { return nil },
		"is no sound journal":          file("no database at all"),
		"holds no events":              file(""),
		"is a directory":               func(dir string) error { return os.Mkdir(filepath.Join(dir, store.FileName), 0o700) },
	} {
		dir := t.TempDir()
		if err := prepare(dir); err != nil {
			t.Fatal(err)
		}
		out, errs, code := run(t, "replay", dir)
		if code != 2 || out != "" || !strings.Contains(errs, want) {
			t.Errorf("exit %d, stdout %q, stderr %q, want %q", code, out, errs, want)
		}
	}
}

// TestReplayBesideTheDaemon: reading needs no lock, and leaves the folder as it is.
func TestReplayBesideTheDaemon(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(store.Settings{Dir: dir, MaxBytes: 64 << 20, Commit: time.Second}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, errs, code := run(t, "replay", dir); code != 2 || !strings.Contains(errs, "holds no events") {
		t.Errorf("exit %d, %q", code, errs)
	}
	if moved, _ := filepath.Glob(filepath.Join(dir, "corrupt")); len(moved) != 0 {
		t.Errorf("replay moved %v", moved)
	}
}
