package feed

import (
	"slices"
	"testing"
)

// TestALetterComesAfterWhatWasPutBefore holds the order that peers rely on: a heartbeat that names a sheet never
// goes out before that sheet, even when an older heartbeat was still waiting in its place.
func TestALetterComesAfterWhatWasPutBefore(t *testing.T) {
	o := newOutbox()
	o.renew()
	o.put(letter{topic: "heartbeat", payload: []byte("names sheet 1")})
	o.put(letter{topic: "vote", payload: []byte("sheet 2"), kept: true})
	o.put(letter{topic: "heartbeat", payload: []byte("names sheet 2")})
	var got []string
	for l, ok := o.take(); ok; l, ok = o.take() {
		got = append(got, string(l.payload))
	}
	if want := []string{"sheet 2", "names sheet 2"}; !slices.Equal(got, want) {
		t.Errorf("published in the order %q, want %q", got, want)
	}
}
