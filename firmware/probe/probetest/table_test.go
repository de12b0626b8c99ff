package probetest_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe/probetest"
)

var update = flag.Bool("update", false, "write README.md anew")

const intro = `# What servers do, and what it is called

Each row is a real server on loopback and a check of it, and the outcome that a run of that check must have: in the
prober itself (` + "`make unit PKG=./firmware/probe ARGS='-run TestBehaviours -v'`" + `), and through the program
(` + "`make unit PKG=./cmd/edgeprobe ARGS='-run TestBehaviours -v'`" + `: ` + "`edgeprobe check --json`" + ` with a config that is written from the row).
` + "`make behaviours`" + ` prints this table. A new row goes into the file of its group; then
` + "`make unit PKG=./firmware/probe/probetest ARGS=-update`" + ` writes this file.

`

// TestReadme holds README.md to the table.
func TestReadme(t *testing.T) {
	var want bytes.Buffer
	rows := probetest.Behaviours()
	counts := map[string]int{}
	for _, b := range rows {
		counts[b.Group]++
	}
	fmt.Fprintf(&want, "%s%d rows:", intro, len(rows))
	for _, g := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&want, " %s %d,", g, counts[g])
	}
	want.Truncate(want.Len() - 1)
	fmt.Fprint(&want, ".\n\n")
	if err := probetest.WriteTable(&want, rows); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("README.md", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("README.md")
	if d := cmp.Diff(string(got), want.String()); err != nil || d != "" {
		t.Errorf("the table says otherwise (%v): make unit PKG=./firmware/probe/probetest ARGS=-update\n(-README.md +table):\n%s", err, d)
	}
}

// TestRowsAreNamed: each row has a name of its own that a config can use, and says what it is.
func TestRowsAreNamed(t *testing.T) {
	seen := map[string]bool{}
	rows := probetest.Behaviours()
	for _, b := range rows {
		if firmware.ValidName(b.Name) != nil || firmware.ValidName(b.Group) != nil || seen[b.Name] {
			t.Errorf("%s/%s is no name, or another row's", b.Group, b.Name)
		}
		seen[b.Name] = true
		if b.Does == "" || strings.ContainsAny(b.Does, "|\n") || strings.HasSuffix(b.Does, ".") {
			t.Errorf("%s: %q says not in one clause what the server does", b.Name, b.Does)
		}
	}
	if len(rows) < 100 {
		t.Errorf("%d rows, want at least 100", len(rows))
	}
}
