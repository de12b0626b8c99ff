package screen

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware/panel"
)

// TestWrapLosesNothing: every word comes out, in order, in lines that fit.
func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zé]{1,30}`)).Draw(t, "words")
		w := rapid.IntRange(1, 90).Draw(t, "columns")
		lines := wrap(strings.Join(words, " "), w)
		for _, l := range lines {
			if len([]rune(l)) > max(w, 8) {
				t.Fatalf("%q is wider than %d", l, w)
			}
		}
		join := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got, want := join(strings.Join(lines, "")), join(strings.Join(words, "")); got != want {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

// TestNewestNotesStay: in a low window the oldest notes make room, not the newest.
func TestNewestNotesStay(t *testing.T) {
	var out bytes.Buffer
	s := New(&out, Options{Terminal: true, Notes: 14, Size: func() (int, int) { return 60, 10 }})
	s.Update("office", panel.Frame{Lamps: []panel.Lamp{{}}})
	for i := range 14 {
		s.Note(fmt.Sprintf("note %02d", i))
	}
	s.turn()
	if !strings.Contains(out.String(), "note 13\n") || strings.Contains(out.String(), "note 05") {
		t.Errorf("drawn: %s", out.String())
	}
}
