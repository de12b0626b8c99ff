package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware/config"
)

// runOwn executes a command line on a root with these commands and returns what it printed.
func runOwn(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	root := &cobra.Command{Use: "edgeprobe", SilenceUsage: true, SilenceErrors: true}
	root.PersistentFlags().Bool("json", false, "")
	root.AddCommand(newConfigCmd(), newFleetCmd())
	var out, errs strings.Builder
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

func TestConfigInitThenCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my.yaml")
	if _, _, err := runOwn(t, "config", "init", path); err != nil {
		t.Fatal(err)
	}
	out, _, err := runOwn(t, "config", "check", path)
	if err != nil || !strings.HasPrefix(out, path+": ok, office of 1 device: 1 uplink, 1 service with 1 check, 3 controls, 0 brokers\n") {
		t.Errorf("%v: %s", err, out)
	}
	if !strings.Contains(out, "warning: an outage can never be confirmed") {
		t.Errorf("no word of being alone: %s", out)
	}
	printed, _, err := runOwn(t, "config", "init")
	if err != nil || printed != config.Minimal() {
		t.Errorf("without a file it prints something else: %v", err)
	}
}

func TestConfigInitNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err := runOwn(t, "config", "init", path)
	if err == nil || !strings.Contains(err.Error(), path) || strings.Count(err.Error(), path) != 1 {
		t.Errorf("want one sentence that names the file once: %v", err)
	}
	absent := filepath.Join(t.TempDir(), "none", "my.yaml")
	if _, _, err := runOwn(t, "config", "init", absent); err == nil || strings.Count(err.Error(), absent) != 1 {
		t.Errorf("want one sentence that names the file once: %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "mine" {
		t.Errorf("the file holds %q", text)
	}
}

func TestConfigCheckSaysAllProblems(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(path, []byte("device: A\nservces: []\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errs, err := runOwn(t, "config", "check", path)
	if !errors.Is(err, errBad) || out != "" || strings.Count(errs, "\n") != 4 || !strings.Contains(errs, path+":2:1: servces: ") {
		t.Errorf("%v, printed %q and %q", err, out, errs)
	}
	out, errs, err = runOwn(t, "config", "check", "--json", path)
	var got struct {
		OK       bool
		Problems []config.Problem
	}
	if uerr := json.Unmarshal([]byte(out), &got); uerr != nil || !errors.Is(err, errBad) || errs != "" {
		t.Fatalf("%v, %v, stderr %q", uerr, err, errs)
	}
	if got.OK || len(got.Problems) != 4 || got.Problems[len(got.Problems)-1].Key != "servces" {
		t.Errorf("%+v", got)
	}
}

// TestConfigCheckWarnsOfTheStore: a store that cannot be made here is no error, but is said, with the mend.
func TestConfigCheckWarnsOfTheStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my.yaml")
	text := strings.Replace(config.Minimal(), "dir: edgeprobe-data", "dir: my.yaml/data", 1)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, err := runOwn(t, "config", "check", path)
	if err != nil || !strings.Contains(out, "warning: as this user, here, the daemon could not keep what it sees") || !strings.Contains(out, "set store.dir") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestConfigCheckJSONOfGoodFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(path, []byte(config.Minimal()), 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, err := runOwn(t, "config", "check", "--json", path)
	var got struct {
		OK     bool
		Config config.Summary
	}
	if uerr := json.Unmarshal([]byte(out), &got); err != nil || uerr != nil || !got.OK || got.Config.Services != 1 || got.Config.Controls != 3 {
		t.Errorf("%v, %v: %s", err, uerr, out)
	}
}

func TestConfigSchemaIsJSON(t *testing.T) {
	out, _, err := runOwn(t, "config", "schema")
	if err != nil || !json.Valid([]byte(out)) || !strings.Contains(out, "2020-12") {
		t.Errorf("%v: %.80s", err, out)
	}
}
