package demo

import (
	"slices"
	"testing"
	"time"
)

func TestTimeline(t *testing.T) {
	var got []string
	line := NewTimeline(func(s string) { got = append(got, s) })
	cut := time.Now()
	say := func(after time.Duration, status, impact string) {
		line.Heard(Moment{At: cut.Add(after), Device: "berlin", Service: "shop", Status: status, Impact: impact})
	}
	say(-time.Second, "up", "none")
	line.zero(cut)
	say(380*time.Millisecond, "suspected", "down")
	say(390*time.Millisecond, "suspected", "down") // of another region: no news
	say(750*time.Millisecond, "confirmed", "down")
	say(20*time.Second, "recovering", "down")
	want := []string{
		"           berlin   shop     up",
		"  +0.38 s  berlin   shop     suspected, down",
		"  +0.75 s  berlin   shop     confirmed, down",
		" +20.00 s  berlin   shop     recovering",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
