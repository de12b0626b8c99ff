package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// asProgram has this test binary be the program itself.
const asProgram = "EDGEPROBE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// runProgram is runContext in a process of its own, from main to its exit status.
func runProgram(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		code = -1
	}
	if cmd.ProcessState != nil {
		code = cmd.ProcessState.ExitCode()
	}
	return out.String(), errs.String(), code
}

// run runs the command line as main does, and returns what it printed and its exit code.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runContext(t.Context(), args...)
}

func runContext(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	root := newRootCmd()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errs)
	code = exitCode(root.ExecuteContext(ctx), &errs)
	return out.String(), errs.String(), code
}

func TestVersion(t *testing.T) {
	out, _, code := run(t, "version", "--json")
	var v versionInfo
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 0 {
		t.Fatalf("version --json: exit %d, %v in %q", code, err, out)
	}
	if v.Version != version || !strings.HasPrefix(v.Go, "go1.") {
		t.Errorf("version --json says %+v", v)
	}
	if out, _, _ := run(t, "version"); !strings.HasPrefix(out, "edgeprobe "+version+" (go1.") {
		t.Errorf("version says %q", out)
	}
}

// TestWrongUsage: whoever mistypes gets one sentence on stderr, nothing on stdout, and exit code 2.
func TestWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--bogus"}, "unknown flag: --bogus; see edgeprobe --help"},
		{[]string{"versoin"}, `there is no command "versoin" here: write "version" if you meant that; see edgeprobe --help`},
		{[]string{"version", "now"}, "unknown command"},
	} {
		out, errs, code := run(t, c.args...)
		if code != 2 || out != "" || !strings.HasPrefix(errs, "edgeprobe: ") || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit %d, stdout %q, stderr %q, want exit 2 and %q", c.args, code, out, errs, c.want)
		}
	}
}

// TestEveryCommandHelps: a short text, and an example for all that take arguments or flags of their own.
func TestEveryCommandHelps(t *testing.T) {
	for _, cmd := range newRootCmd().Commands() {
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: its short text is %q: one clause without a full stop", cmd.Name(), cmd.Short)
		}
		if cmd.HasLocalFlags() && cmd.Runnable() && cmd.Example == "" {
			t.Errorf("%s takes flags but shows no example", cmd.Name())
		}
	}
}

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		said string
	}{
		{nil, 0, ""},
		{errBad, 1, ""},
		{fmt.Errorf("look: %w", errBad), 1, ""},
		{errors.New("no such file"), 2, "edgeprobe: no such file\n"},
	} {
		var w bytes.Buffer
		if code := exitCode(c.err, &w); code != c.code || w.String() != c.said {
			t.Errorf("exitCode(%v) = %d saying %q, want %d and %q", c.err, code, w.String(), c.code, c.said)
		}
	}
}
