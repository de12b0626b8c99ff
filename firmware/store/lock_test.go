package store

import (
	"strings"
	"testing"
)

// TestOneWriter: two daemons that were given one directory would give each other's numbers away.
func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	stop := start(t, mustOpen(t, settings(dir)))
	if _, err := Open(settings(dir), quiet()); err == nil || !strings.Contains(err.Error(), "in use by another") || !strings.Contains(err.Error(), dir) {
		t.Errorf("a directory that is being written opens: %v", err)
	}
	stop()
	if err := mustOpen(t, settings(dir)).Close(); err != nil {
		t.Errorf("a directory that was left: %v", err)
	}
}
