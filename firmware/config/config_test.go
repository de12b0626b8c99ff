package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/identity"
)

// inDir copies the files beside the examples that must not be readable by others, and changes there.
func inDir(t *testing.T, dir string) {
	t.Helper()
	tmp := t.TempDir()
	if err := os.CopyFS(tmp, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(tmp, 0o700); err != nil {
		t.Fatal(err)
	}
	keys, _ := filepath.Glob(filepath.Join(tmp, "*.key"))
	for _, key := range keys {
		mode := os.FileMode(0o600)
		if strings.HasSuffix(key, "open.key") {
			mode = 0o644
		}
		if err := os.Chmod(key, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(tmp)
	t.Setenv("PROBE_TOKEN", "s3cret-token")
	t.Setenv("UNSET", "")
	t.Setenv("TWO_LINES", "one\ntwo")
}

func examples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasPrefix(f, "fleet-") })
}

// TestEveryProblemHasItsSentence compares all that is said of each bad file, and that no kind lacks one.
// EDGEPROBE_SENTENCES=write, seen by the test, writes the sentences instead; read them before keeping them.
func TestEveryProblemHasItsSentence(t *testing.T) {
	source, err := filepath.Abs("testdata/bad")
	if err != nil {
		t.Fatal(err)
	}
	inDir(t, source)
	said := map[kind]bool{}
	for _, file := range examples(t) {
		_, err := Load(file)
		var all Errors
		if !errors.As(err, &all) {
			t.Errorf("%s: accepted (%v)", file, err)
			continue
		}
		for _, p := range all {
			said[p.kind] = true
		}
		beside := filepath.Join(source, strings.TrimSuffix(file, ".yaml")+".txt")
		if os.Getenv("EDGEPROBE_SENTENCES") == "write" {
			if err := os.WriteFile(beside, []byte(err.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, _ := os.ReadFile(beside)
		if diff := cmp.Diff(string(want), err.Error()+"\n"); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
	for k := range kinds {
		if !said[k] && k != kindUnreadable && k != kindTooLarge { // those have tests of their own
			t.Errorf("no file in testdata/bad shows kind %d: %q", k, sentences[k].what)
		}
	}
}

func TestUnreadableFile(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Load("none.yaml")
	want := "none.yaml: cannot be read (no such file or directory); check the path and its permissions"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestTooLargeFile(t *testing.T) {
	t.Chdir(t.TempDir())
	text := Minimal() + strings.Repeat("#\n", maxFile/2)
	if err := os.WriteFile("big.yaml", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	want := "big.yaml: is larger than 1 MiB; keep only edgeprobe's configuration in it"
	if _, err := Load("big.yaml"); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, err := Parse("big.yaml", []byte(text[:maxFile]), "."); err != nil {
		t.Errorf("a file of exactly 1 MiB: %v", err)
	}
}

func TestGoodFilesPass(t *testing.T) {
	inDir(t, "testdata/good")
	for _, file := range examples(t) {
		c, err := Load(file)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		prepared(t, c)
	}
}

// TestFullFile holds the values of the file that uses every key.
func TestFullFile(t *testing.T) {
	inDir(t, "testdata/good")
	c, err := Load("full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	home := c.Checks[0]
	want := firmware.Check{
		Ref: firmware.CheckRef{Service: "api", Name: "home"}, Kind: "http", Role: firmware.RoleEdge, Region: "eu",
		Critical: true, Interval: 10 * time.Second, Timeout: 5 * time.Second, MaxLatency: 2 * time.Second,
		HTTP: &firmware.HTTPCheck{
			URL: "https://api.example.com/health", Method: "GET", Address: "203.0.113.7", Status: []int{200, 204},
			Headers: map[string]string{"X-Probe": "s3cret-token"}, ExpectBody: "ok", MaxBytes: 1_000_000,
			ExpectHead: map[string]string{"Content-Type": "json"}, Marker: "build=([0-9]+)",
		},
	}
	if diff := cmp.Diff(want, home); diff != "" {
		t.Errorf("check (-want +got):\n%s", diff)
	}
	fullKinds(t, c.Checks[1:])
	if got := c.Fold.Rules[0].Interval; got["eth0"] != 10*time.Second || got["wwan0"] != 10*time.Minute {
		t.Errorf("intervals %v, want the check's own, and 10m on the metered uplink", got)
	}
	if got := c.Uplinks[0].Resolvers; len(got) != 2 || got[0].String() != "192.0.2.53:53" || got[1].String() != "198.51.100.53:5353" {
		t.Errorf("resolvers %v", got)
	}
	if c.Feed.Brokers[0].Password != "hunter2" || c.Feed.Brokers[0].URL != "mqtts://broker.example.net:8883" {
		t.Errorf("broker %+v", c.Feed.Brokers[0])
	}
	if c.Fold.BeatEvery != 12500*time.Millisecond {
		t.Errorf("heartbeat every %v, want half of 2.5 x 10 s", c.Fold.BeatEvery)
	}
	if c.Fold.Verdict.ControlShare != 0.66 || c.Store.MaxBytes != 256_000_000 || c.Fold.Quorum.PartialAfter != 5*time.Minute {
		t.Errorf("share %v, size %v, partial %v", c.Fold.Verdict.ControlShare, c.Store.MaxBytes, c.Fold.Quorum.PartialAfter)
	}
	if c.Key == nil || c.Probe.Roots == nil || len(c.Digest) != 64 || c.Board != "sim" {
		t.Error("key, roots, digest or board is missing")
	}
}

// TestConfigHidesItsSecrets prints a config in every way that logs and people do.
func TestConfigHidesItsSecrets(t *testing.T) {
	inDir(t, "testdata/good")
	c, err := Load("full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("loaded", "config", c, "value", *c)
	}
	all := fmt.Sprintf("%v %+v %#v %s %v %+v %#v", c, c, c, c, *c, *c, *c) + string(text) + log.String()
	for _, secret := range []string{"hunter2", "s3cret-token", fmt.Sprint(c.Key.Seed()[:4])[1:12], identity.FormatKey(c.Key)[20:30]} {
		if strings.Contains(all, secret) {
			t.Errorf("%q shows in %s", secret, all)
		}
	}
	if !strings.Contains(all, "newyork") {
		t.Error("the text forms say nothing at all")
	}
}

// TestProblemsHideSecrets writes a secret wherever somebody could by mistake, and looks for it in what is said.
func TestProblemsHideSecrets(t *testing.T) {
	const secret = "hunter2"
	t.Chdir(t.TempDir())
	for _, path := range []string{"bad.key", "broken"} {
		if err := os.WriteFile(path, []byte(secret+"\n"+secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{
		"key: hunter2", "key: file:bad.key", "key: [hunter2]", "key: *hunter2", "key: !hunter2 x", "key: {hunter2",
		`feed: {brokers: [{name: a, url: "mqtt://me:hunter2@h"}]}`, `feed: {brokers: [{name: a, url: "http://me:hunter2@h"}]}`,
		`feed: {brokers: [{name: a, url: "mqtt://h", password: hunter2}]}`, `feed: {brokers: [{name: a, url: "mqtt://h", password: 'hunter2}]}`,
		`controls: [{name: a, kind: http, url: "https://me:hunter2@h/"}]`, `controls: [{name: a, kind: http, url: "ftp://me:hunter2@h/"}]`,
		`controls: [{name: a, kind: http, url: "https://me:hunter2@h:x/"}]`, `controls: [{name: a, kind: http, url: "https://me:/hunter2@h/"}]`,
		`feed: {brokers: [{name: a, url: "mqtt://me:hunter2@h:x"}]}`,
		`controls: [{name: a, kind: http, url: "https://h/", headers: {X: "file:broken"}}]`,
		`controls: [{name: a, kind: http, url: "https://h/", headers: {X: "hunter2\n"}}]`,
	} {
		_, err := Parse("my.yaml", []byte(line+"\n"), ".")
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s gives: %v", line, err)
		}
	}
}

func TestByteOrderMarkAndCRLF(t *testing.T) {
	crlf := "\ufeff" + strings.ReplaceAll(Minimal(), "\n", "\r\n")
	c, err := Parse("my.yaml", []byte(crlf), ".")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Parse("my.yaml", []byte(Minimal()), ".")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(plain.Checks, c.Checks); diff != "" {
		t.Errorf("the same file with CRLF means something else:\n%s", diff)
	}
	_, err = Parse("my.yaml", []byte("\ufeffdevic: x\r\nfleet: []\r\n"), ".")
	if err == nil || !strings.HasPrefix(err.Error(), "my.yaml:1:1: ") {
		t.Errorf("a byte order mark moves the column: %v", err)
	}
}

func TestMinimalFileDoesSomethingSensible(t *testing.T) {
	c, err := Parse("my.yaml", []byte(Minimal()), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Fold.Services) != 1 || c.Summary().Controls < 3 || c.Key != nil {
		t.Errorf("%v", c)
	}
	if !slices.ContainsFunc(c.Warnings, func(w string) bool { return strings.Contains(w, "never be confirmed") }) {
		t.Errorf("a lone device is not told that it can never confirm: %q", c.Warnings)
	}
}

// TestMinimalFileExamples: the checks that it shows as comments are good ones, both journeys among them.
func TestMinimalFileExamples(t *testing.T) {
	const mark = "\n      # "
	text := strings.ReplaceAll(Minimal(), mark, "\n      ")
	c, err := Parse("my.yaml", []byte(text), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	prepared(t, c)
	var names []string
	for _, check := range c.Checks {
		if check.Ref.Service != "" {
			names = append(names, check.Ref.Name+" "+check.Kind)
		}
	}
	want := []string{"home http", "origin http", "script transaction", "upload transaction"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWarnings(t *testing.T) {
	inDir(t, "testdata/good")
	for file, want := range map[string][]string{
		"full.yaml":         {"the heartbeat is sent every 12.5s instead of 30s"},
		"unconfigured.yaml": {"no service is configured"},
		"poor.yaml": {
			"1 positive control: nothing ever rises above suspected", "control own asks api.example.com",
			"an outage can never be confirmed: the rule asks for 2 devices at 2 sites over 2 networks, the fleet has 2, 1 and 2",
			"service api has no edge check", "no broker is configured", "berlin has one independent way out",
		},
	} {
		c, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Warnings) != len(want) {
			t.Errorf("%s warns %d times, want %d: %q", file, len(c.Warnings), len(want), c.Warnings)
			continue
		}
		for i, w := range want {
			if !strings.HasPrefix(c.Warnings[i], w) {
				t.Errorf("%s: %q, want %q", file, c.Warnings[i], w)
			}
		}
	}
}
