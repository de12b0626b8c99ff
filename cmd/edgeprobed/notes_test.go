package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/panel/screen"
)

func TestPageNote(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:9402": "http://127.0.0.1:9402;", ":80": "http://127.0.0.1:80;", "0.0.0.0:81": "http://127.0.0.1:81;",
		"[::]:82": "http://127.0.0.1:82;", "[::1]:83": "http://[::1]:83;", "": "no status page",
	} {
		if got := pageNote(listen); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", listen, got, want)
		}
	}
}

// TestLogOfAnotherPlace: a log that goes to a file gets every line, drawn panel or not.
func TestLogOfAnotherPlace(t *testing.T) {
	for _, drawn := range []bool{false, true} {
		var file bytes.Buffer
		logger(&file, screen.New(&bytes.Buffer{}, screen.Options{}), drawn).Info("begins")
		if !strings.Contains(file.String(), "msg=begins") {
			t.Errorf("drawn %v: the log holds %q", drawn, file.String())
		}
	}
}

// TestNotesDoNotTear: what is logged while the panel is drawn comes out below it, line by line.
func TestNotesDoNotTear(t *testing.T) {
	var out bytes.Buffer
	face := screen.New(&out, screen.Options{Terminal: true, Size: func() (int, int) { return 60, 20 }})
	face.Update("office", panel.Frame{Lamps: []panel.Lamp{{Lease: time.Minute}}})
	if _, err := (noteWriter{face}).Write([]byte("level=ERROR msg=one\nlevel=WARN msg=two\n")); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := face.Run(ended); err != nil {
		t.Fatal(err)
	}
	below, picture := out.String(), "╯"
	_, below, found := strings.Cut(below, picture)
	if !found || !strings.Contains(below, "msg=one\n") || !strings.Contains(below, "msg=two\n") {
		t.Errorf("drawn: %q", out.String())
	}
}
