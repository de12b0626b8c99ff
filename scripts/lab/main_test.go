package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/stage"
)

// lab runs a command line and returns what it prints.
func lab(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := root(false)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// TestCorpus holds every scenario of the repository to the format, its folder and a name of its own.
func TestCorpus(t *testing.T) {
	all, err := load([]string{"scenarios"})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, s := range all {
		if folder := filepath.Base(filepath.Dir(s.File)); folder != s.About {
			t.Errorf("%s is about %s, and lies in the folder %s", s.File, s.About, folder)
		}
		if other := names[s.Name]; other != "" {
			t.Errorf("%s and %s have the same name", other, s.File)
		}
		names[s.Name] = s.File
	}
	if len(all) < 80 {
		t.Errorf("%d scenarios: where are they?", len(all))
	}
}

// TestReadmeExample: what the README teaches is right.
func TestReadmeExample(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(examples) == 0 {
		t.Fatal("it has no example")
	}
	for _, e := range examples {
		if _, err := scenario.Parse("README.md", []byte(e[1]), stage.Catalog()); err != nil {
			t.Error(err)
		}
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml")
	text := "title: x\nabout: dns\nwhy: y\nlasts: 9s\nexpect: [{see: decision, of: shop, is: up}]\n"
	for file, content := range map[string]string{good: text, bad: strings.Replace(text, "shop", "shopp", 1)} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := lab(t, "check", good); err != nil || out != "nothing is wrong with 1 scenario\n" {
		t.Errorf("%q %v", out, err)
	}
	for _, args := range [][]string{{"check", bad}, {"check", dir}, {"check", good, bad}} {
		_, err := lab(t, args...)
		if want := bad + `:5:30: expect[0].of: "shopp" is nothing that there is a decision of; did you mean "shop"?`; err == nil || err.Error() != want {
			t.Errorf("%v: %v, want %s", args, err, want)
		}
	}
	for want, args := range map[string][]string{
		"there is no .yaml file below ":                               {"check", t.TempDir()},
		"none.yaml: cannot be read (no such file or directory); give": {"run", filepath.Join(dir, "none.yaml")},
		"a scenario's file, or a folder of them; see lab run --help":  {"run"},
		"a node, which lab list names; see lab shell --help":          {"shell"},
	} {
		if _, err := lab(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", args, err, want)
		}
	}
}

func TestReport(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, resultsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []judge.Report{
		{File: "a.yaml", Name: "a", About: "dns", Title: "first", Outcome: judge.Fail}, {File: "b.yaml", Name: "b", About: "dns", Outcome: judge.Pass},
		{File: "a.yaml", Name: "a", About: "dns", Title: "again", Outcome: judge.Pass},
	} {
		if err := json.NewEncoder(f).Encode(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := lab(t, "report", dir); err != nil || !strings.Contains(out, "2 scenarios on ") {
		t.Fatalf("%q %v", out, err)
	}
	page, err := os.ReadFile(filepath.Join(dir, pageFile))
	if err != nil || !strings.Contains(string(page), "again") || strings.Contains(string(page), "first") {
		t.Errorf("%v", err)
	}
}

func TestSchemaCommand(t *testing.T) {
	if out, err := lab(t, "schema"); err != nil || !json.Valid([]byte(out)) {
		t.Errorf("%v", err)
	}
}
