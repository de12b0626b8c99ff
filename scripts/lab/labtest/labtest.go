package labtest

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"edgeprobe.io/scripts/lab/sandbox"
)

// What the environment tells a test.
const (
	daemonEnv = "LAB_TEST_DAEMON" // path of the edgeprobed
	insideEnv = "LAB_TEST_INSIDE" // set inside a room
)

// rooms is how many worlds two processors bear at once, where a test mostly waits.
const rooms = 3

// Main is the TestMain of a package whose tests call [Room]. It does not return.
func Main(m *testing.M) {
	inside, err := sandbox.Settle()
	switch {
	case err != nil:
		fmt.Println(err)
		os.Exit(1)
	case inside:
		_ = os.Setenv(insideEnv, "1") // the name is valid
		os.Exit(m.Run())
	}
	code, err := outside(m)
	if err != nil {
		fmt.Println(err)
	}
	os.Exit(code)
}

func outside(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "lab-test-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	daemon, err := Build(dir, "cmd/edgeprobed")
	if err != nil {
		return 1, err
	}
	// What the command line says comes later, and wins.
	if err := errors.Join(os.Setenv(daemonEnv, daemon), flag.Set("test.parallel", strconv.Itoa(rooms))); err != nil {
		return 1, err
	}
	return m.Run(), nil
}

// Build builds one of our programs, like "cmd/edgeprobed", into a folder and returns its path. It has no race detector:
// it is the program that people have.
func Build(dir, program string) (string, error) {
	file := filepath.Join(dir, filepath.Base(program))
	tags := "netgo,osusergo,sqlite_omit_load_extension"
	if strings.HasPrefix(program, "cmd/") {
		tags += ",nethttpomithttp2" // LEAN of the Makefile; the lab's own servers speak HTTP/2
	}
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", tags, "-o", file, "edgeprobe.io/"+program)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", program, err, out)
	}
	return file, nil
}

// Daemon is the path of the edgeprobed to put into the devices.
func Daemon() string { return os.Getenv(daemonEnv) }

// Room runs a test's body in a room of its own, beside the other tests' rooms. It is all that the test does: outside,
// this program is run again for this test alone.
func Room(t *testing.T, body func(t *testing.T)) {
	t.Helper()
	if os.Getenv(insideEnv) != "" {
		body(t)
		return
	}
	t.Parallel()
	said := t.Output()
	if err := sandbox.Run(t.Context(), sandbox.Room{Name: t.Name(), Args: only(t.Name()), Stdout: said, Stderr: said}); err != nil {
		t.Errorf("in its room: %v", err)
	}
}

// only are the arguments that run one test, and of it the same parts as here.
func only(name string) []string {
	run := "^" + name + "$"
	if _, parts, some := strings.Cut(flag.Lookup("test.run").Value.String(), "/"); some {
		run += "/" + parts
	}
	return []string{"-test.run=" + run, "-test.v=" + flag.Lookup("test.v").Value.String()}
}
