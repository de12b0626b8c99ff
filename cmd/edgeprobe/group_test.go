package main

import (
	"strings"
	"testing"
)

// TestGroups: a group alone explains itself; a name that it does not hold is an error that helps.
func TestGroups(t *testing.T) {
	for _, name := range []string{"config", "fleet"} {
		if out, _, code := run(t, name); code != 0 || !strings.Contains(out, "Available Commands") {
			t.Errorf("%s: exit %d, %q", name, code, out)
		}
	}
	out, errs, code := run(t, "config", "chekc")
	if code != 2 || out != "" || !strings.Contains(errs, `no command "chekc" here: write "check"`) {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
}

// TestArgumentsAreNamed: who leaves one out reads which.
func TestArgumentsAreNamed(t *testing.T) {
	for args, want := range map[string]string{
		"config check": "config file", "replay": "store.dir", "fleet init": "fleet's directory", "fleet show a b": "fleet's directory",
		"fleet add x --site s --region r": "device's name",
	} {
		out, errs, code := run(t, strings.Fields(args)...)
		if code != 2 || out != "" || !strings.Contains(errs, want) || !strings.Contains(errs, "--help") {
			t.Errorf("%s: exit %d, stdout %q, stderr %q, want %q", args, code, out, errs, want)
		}
	}
}
