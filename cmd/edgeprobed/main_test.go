package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"testing"
)

// TestMain builds the daemon that the tests run, as `make build` does and from the source as it stands: what lies in
// bin/ may be older.
//
// The tests wait more than they work, so more of them run together than there are processors; but not so many that the
// devices starve each other: a slow machine would make the provider fail where a test wants it well.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	os.Exit(withDaemon(m.Run))
}

// daemon is the program that the tests run.
func daemon() string { return filepath.Join(os.Getenv(daemonDir), "edgeprobed") }

const daemonDir = "EDGEPROBED_TEST_DIR"

func withDaemon(run func() int) int {
	dir, err := os.MkdirTemp("", "edgeprobed-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a folder for the daemon:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Setenv(daemonDir, dir); err != nil {
		fmt.Fprintln(os.Stderr, "name the daemon's folder:", err)
		return 1
	}
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version=test", "-tags", tags() + ",nethttpomithttp2", "-o", daemon(), "."}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the daemon that is to be tested: %v\n%s", err, out)
		return 1
	}
	return run()
}

// tags are those that this test was built with.
func tags() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-tags" {
				return s.Value
			}
		}
	}
	return ""
}
