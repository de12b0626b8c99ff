package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware/agent/supervise"
	"edgeprobe.io/firmware/demo"
)

// script writes a shell program that stands for a daemon.
func script(t *testing.T, body string) child {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "daemon")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return child{program: path, log: filepath.Join(dir, "log")}
}

// saysReady waits until the program has written a line, at most 5 s.
func saysReady(t *testing.T, c child) {
	t.Helper()
	end := time.Now().Add(5 * time.Second)
	for time.Now().Before(end) {
		if data, err := os.ReadFile(c.log); err == nil && bytes.Contains(data, []byte("ready")) {
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatal("the program did not start within 5 s")
}

// stopped runs a program until it is ready, stops it, and returns how long that took.
func stopped(t *testing.T, c child) (time.Duration, error) {
	t.Helper()
	var asked time.Time
	err := supervise.Run(t.Context(), []supervise.Task{
		{Name: "child", Run: c.run},
		{Name: "stop", Run: func(context.Context) error {
			saysReady(t, c)
			asked = time.Now()
			return supervise.ErrDone
		}},
	})
	return time.Since(asked), err
}

func TestChildStopsWhenAsked(t *testing.T) {
	took, err := stopped(t, script(t, "trap 'exit 0' TERM\necho ready\nwhile :; do sleep 0.05; done\n"))
	if err != nil || took > time.Second {
		t.Errorf("it stopped after %v: %v", took, err)
	}
}

func TestChildThatWillNotStopIsKilled(t *testing.T) {
	took, err := stopped(t, script(t, "trap '' TERM\necho ready\nwhile :; do sleep 0.05; done\n"))
	if err == nil || !strings.Contains(err.Error(), "was killed") || took < stopWithin || took > stopWithin+time.Second {
		t.Errorf("it ended after %v: %v", took, err)
	}
}

func TestChildThatDiesSaysWhy(t *testing.T) {
	c := script(t, "for i in $(seq 100); do echo line $i; done\necho no such interface >&2\nexit 3\n")
	err := c.run(t.Context())
	if err == nil {
		t.Fatal("a daemon that died was no error")
	}
	for _, want := range []string{"exit status 3", "  no such interface", "line 100"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "line 50\n") {
		t.Error("the whole log is shown")
	}
}

func TestChildThatIsNotThere(t *testing.T) {
	c := script(t, "")
	c.program += "-not"
	if err := c.run(t.Context()); err == nil || !strings.Contains(err.Error(), c.program) {
		t.Errorf("error %v", err)
	}
}

func TestFindDaemonSaysHowToMend(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{"", dir, plain, filepath.Join(dir, "none")} {
		if _, err := findDaemon(named); err == nil || !strings.Contains(err.Error(), "make build") {
			t.Errorf("%q: error %v", named, err)
		}
	}
	if got, err := findDaemon("/bin/sh"); err != nil || got != "/bin/sh" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDemoDir(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := demoDir(full); err == nil || !strings.Contains(err.Error(), "new or empty") {
		t.Errorf("a folder with files in it: %v", err)
	}
	kept := filepath.Join(t.TempDir(), "a", "b")
	for _, named := range []string{kept, ""} {
		dir, remove, err := demoDir(named)
		if err != nil {
			t.Fatal(err)
		}
		remove()
		if _, err := os.Stat(dir); (err == nil) != (named != "") {
			t.Errorf("%q after it is over: %v", named, err)
		}
	}
}

func TestRulingForPrograms(t *testing.T) {
	var out bytes.Buffer
	s := newShow(&out, true, nil)
	s.note("   +1.00 s  shop suspected")
	s.ruling(demo.Ruling{
		Findings: []demo.Finding{{Device: "berlin", Suspect: 1500 * time.Millisecond, Confirm: -1, Masked: -1, Up: 0}},
		Problems: []string{"berlin: never"},
	})
	dec := json.NewDecoder(&out)
	var note map[string]string
	var ruling map[string]any
	if err := dec.Decode(&note); err != nil || note["note"] != "+1.00 s  shop suspected" {
		t.Errorf("note %v, %v", note, err)
	}
	if err := dec.Decode(&ruling); err != nil {
		t.Fatal(err)
	}
	device := ruling["devices"].([]any)[0].(map[string]any)
	if ruling["ok"] != false || device["suspected_after_ms"] != 1500.0 || device["confirmed_after_ms"] != nil || device["up_after_end_ms"] != 0.0 {
		t.Errorf("ruling %v", ruling)
	}
}

func TestVerdict(t *testing.T) {
	good, bad := &demo.Ruling{}, &demo.Ruling{Problems: []string{"x"}}
	for _, tc := range []struct {
		s  session
		ok bool
	}{
		{session{}, true}, {session{ruling: bad}, true},
		{session{once: true}, false}, {session{once: true, ruling: bad}, false}, {session{once: true, ruling: good}, true},
	} {
		if err := tc.s.verdict(); (err == nil) != tc.ok {
			t.Errorf("%+v: %v", tc.s, err)
		}
	}
}
