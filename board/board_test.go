package board_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/board"
)

func TestSimHasEveryRole(t *testing.T) {
	p, err := board.Open(board.Sim, []string{"service/eu", "self"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Lamps["service/eu"].Show(0xFF0000, 0, 0, 0, time.Second); err != nil {
		t.Fatal(err)
	}
	if s := p.Sim.Snapshot(); len(s) != 3 || s["service/eu"].A != 0xFF0000 { // two lamps and the buzzer
		t.Errorf("got %+v", s)
	}
	if err := p.Halt(); err != nil || p.Sim.Snapshot()["service/eu"].Lit() {
		t.Errorf("lit after Halt, error %v", err)
	}
}

func TestUnknownBoardNamesTheKnown(t *testing.T) {
	_, err := board.Open("pi-9", nil, "")
	if err == nil || !strings.Contains(err.Error(), `"pi-9"`) || !strings.Contains(err.Error(), board.Sim) {
		t.Errorf("got %v", err)
	}
}

func TestSimRecordsWhenAsked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "panel.jsonl")
	for range 2 { // a second start goes on in the same file
		p, err := board.Open(board.Sim, []string{"self"}, file)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Lamps["self"].Show(0xFF0000, 0, 0, 0, time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(file); err != nil || strings.Count(string(text), "\n") != 2 {
		t.Errorf("%v: %s", err, text)
	}
	if _, err := board.Open(board.Sim, nil, filepath.Join(file, "nowhere")); err == nil {
		t.Error("a file that cannot be is no error")
	}
}
