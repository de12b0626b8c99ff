package house

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestHouse holds this very tree to the rules.
func TestHouse(t *testing.T) {
	seen, err := load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(seen.pkgs, func(p pkg) bool { return p.dir == "firmware/fold" && len(p.code) > 0 }) {
		t.Fatal("looked at a tree without firmware/fold: this is not the house")
	}
	breaches, err := Inspect("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches {
		t.Error(b)
	}
}

// TestArrowsHaveNoCircle walks the table itself: the compiler sees circles of packages, not of permissions.
func TestArrowsHaveNoCircle(t *testing.T) {
	table := arrows()
	var walk func(dir string, path []string)
	walk = func(dir string, path []string) {
		if slices.Contains(path, dir) {
			t.Fatalf("a circle: %v back to %s", path, dir)
		}
		for _, next := range slices.Sorted(maps.Keys(table)) {
			if next != dir && may(table[dir], next) && layer(dir, next) {
				walk(next, append(slices.Clone(path), dir))
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(table)) {
		if !top(dir, "cmd", "scripts") {
			walk(dir, nil)
		}
	}
}

const ok = "// Package x is there.\npackage x\n"

// TestEachRuleCanFail breaks each rule in a tree of its own, and looks for that breach and no other.
func TestEachRuleCanFail(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string // path -> content
		rule  string            // rules broken; "" where nothing is wrong
	}{
		"nothing wrong":                 {map[string]string{"firmware/fold/a.go": ok + `import ("edgeprobe.io/firmware/quorum"; "net/netip"; "time"); var _ = quorum.X; var _ netip.Addr; var _ time.Duration`}, ""},
		"arrow upward":                  {map[string]string{"firmware/verdict/a.go": ok + `import _ "edgeprobe.io/firmware/quorum"`}, "arrows"},
		"package without arrows":        {map[string]string{"firmware/helpers/a.go": ok}, "arrows"},
		"folder nobody planned":         {map[string]string{"firmware/fold/deep/a.go": ok}, "arrows"},
		"firmware imports a driver":     {map[string]string{"firmware/agent/a.go": ok + `import _ "edgeprobe.io/drivers/lamp"`}, "arrows"},
		"firmware imports a board":      {map[string]string{"firmware/config/a.go": ok + `import _ "edgeprobe.io/board"`}, "arrows"},
		"driver imports the firmware":   {map[string]string{"drivers/lamp/a.go": ok + `import _ "edgeprobe.io/firmware"`}, "arrows"},
		"board imports the firmware":    {map[string]string{"board/a.go": ok + `import _ "edgeprobe.io/firmware"`}, "arrows"},
		"board imports a driver":        {map[string]string{"board/a.go": ok + `import _ "edgeprobe.io/drivers/lamp"`}, ""},
		"something imports scripts":     {map[string]string{"cmd/edgeprobe/a.go": ok + `import _ "edgeprobe.io/scripts/bench"`}, "arrows"},
		"a test imports scripts":        {map[string]string{"firmware/fold/a.go": ok, "firmware/fold/a_test.go": "package x\n" + `import _ "edgeprobe.io/scripts/house"`}, "arrows"},
		"a test imports a program":      {map[string]string{"firmware/fold/a.go": ok, "firmware/fold/a_test.go": "package x\n" + `import _ "edgeprobe.io/cmd/edgeprobe"`}, "arrows"},
		"a test imports what it likes":  {map[string]string{"firmware/fold/a.go": ok, "firmware/fold/a_test.go": "package x\n" + `import (_ "edgeprobe.io/firmware/agent"; _ "edgeprobe.io/drivers/simpanel"; _ "net/http")`}, ""},
		"scripts import a driver":       {map[string]string{"scripts/sim/a.go": ok + `import _ "edgeprobe.io/drivers/lamp"`}, "arrows"},
		"scripts import each other":     {map[string]string{"scripts/sim/a.go": ok + `import _ "edgeprobe.io/scripts/lab"`}, ""},
		"agent imports config":          {map[string]string{"firmware/agent/a.go": ok + `import _ "edgeprobe.io/firmware/config"`}, "arrows, config"},
		"scripts import config":         {map[string]string{"scripts/bench/a.go": ok + `import _ "edgeprobe.io/firmware/config"`}, "config"},
		"the daemon links the demo":     {map[string]string{"cmd/edgeprobed/a.go": ok + `import _ "edgeprobe.io/firmware/demo"`}, "arrows"},
		"the tool links the demo":       {map[string]string{"cmd/edgeprobe/a.go": ok + `import _ "edgeprobe.io/firmware/demo"`}, ""},
		"a broker outside the demo":     {map[string]string{"firmware/feed/a.go": ok + `import _ "github.com/nats-io/nats-server/v2/server"`}, "foreign"},
		"a driver speaks MQTT":          {map[string]string{"drivers/lamp/a.go": ok + `import _ "github.com/eclipse/paho.mqtt.golang"`}, "foreign"},
		"a driver speaks periph":        {map[string]string{"drivers/lamp/a.go": ok + `import _ "periph.io/x/conn/v3/gpio"`}, ""},
		"pure package opens a file":     {map[string]string{"firmware/fold/a.go": ok + `import _ "os"`}, "purity"},
		"pure package dials":            {map[string]string{"firmware/a.go": ok + `import _ "net/http"`}, "purity"},
		"pure package asks a database":  {map[string]string{"firmware/change/a.go": ok + `import _ "database/sql"`}, "purity"},
		"pure package reads the clock":  {map[string]string{"firmware/schedule/a.go": ok + `import "time"; func f() time.Time { return time.Now() }`}, "purity"},
		"pure package keeps the clock":  {map[string]string{"firmware/quorum/a.go": ok + `import clock "time"; var _ = clock.Now`}, "purity"},
		"pure package sets a timer":     {map[string]string{"firmware/verdict/a.go": ok + `import "time"; func f() { <-time.After(1) }`}, "purity"},
		"impure package does":           {map[string]string{"firmware/clock/a.go": ok + `import ("os"; "time"); func f() { _, _ = os.Getpid(), time.Now() }`}, ""},
		"no package comment":            {map[string]string{"firmware/a.go": "package x"}, "package comment"},
		"two package comments":          {map[string]string{"firmware/a.go": ok, "firmware/b.go": ok}, "package comment"},
		"a program without a comment":   {map[string]string{"cmd/edgeprobe/a.go": "package main"}, "package comment"},
		"a goroutine nobody owns":       {map[string]string{"firmware/feed/a.go": ok + `func f() { go f() }`}, "goroutines"},
		"a goroutine in a program":      {map[string]string{"cmd/edgeprobe/a.go": ok + `func f() { go f() }`}, "goroutines"},
		"a goroutine of the agent":      {map[string]string{"firmware/agent/supervise/a.go": ok + `func f() { go f() }`}, ""},
		"a goroutine of a test":         {map[string]string{"firmware/feed/a_test.go": "package x\nfunc f() { go f() }"}, ""},
		"an init function":              {map[string]string{"firmware/probe/a.go": ok + `func init() {}`}, "init"},
		"a method called init":          {map[string]string{"firmware/probe/a.go": ok + `type T struct{}; func (T) init() {}`}, ""},
		"a test that sleeps":            {map[string]string{"firmware/feed/a_test.go": "package x\n" + `import "time"; func f() { time.Sleep(1) }`}, "sleep"},
		"exported map":                  {map[string]string{"firmware/probe/a.go": ok + `var Kinds = map[string]int{}`}, "globals"},
		"exported hook":                 {map[string]string{"firmware/probe/a.go": ok + `var Now = func() int { return 1 }`}, "globals"},
		"exported pointer":              {map[string]string{"firmware/probe/a.go": ok + `import "net/http"; var Client = &http.Client{}`}, "globals"},
		"exported error":                {map[string]string{"firmware/probe/a.go": ok + `import "errors"; var ErrX = errors.New("x")`}, ""},
		"unexported table":              {map[string]string{"firmware/probe/a.go": ok + `var kinds = map[string]int{}`}, ""},
		"written table":                 {map[string]string{"firmware/probe/a.go": ok + `var kinds = map[string]int{}`, "firmware/probe/b.go": "package x\n" + `func f() { kinds["x"] = 1 }`}, "globals"},
		"counter":                       {map[string]string{"firmware/probe/a.go": ok + `var n int; func f() { n++ }`}, "globals"},
		"address handed out":            {map[string]string{"firmware/probe/a.go": ok + `var n int; func f() *int { return &n }`}, "globals"},
		"shadowed, so not written":      {map[string]string{"firmware/probe/a.go": ok + `var n int; func f(n int) { n++ }`}, ""},
		"written from outside":          {map[string]string{"cmd/edgeprobe/a.go": ok + `import "edgeprobe.io/firmware/probe"; func f() { probe.Limit = 1 }`}, "globals"},
		"a lock for everybody":          {map[string]string{"firmware/probe/a.go": ok + `import "sync"; var mu sync.Mutex`}, "globals"},
		"a stranger at the top":         {map[string]string{"docs/x.md": ""}, "top level"},
		"a stranger that is ignored":    {map[string]string{".gitignore": "/bin/\n*.prof\n", "bin/x": "", "cpu.prof": ""}, ""},
		"testdata is nobody's business": {map[string]string{"firmware/fold/a.go": ok, "firmware/fold/testdata/a.go": "package y\nfunc init() {}"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			breaches, err := Inspect(plant(t, c.files))
			if err != nil {
				t.Fatal(err)
			}
			var rules []string
			for _, b := range breaches {
				rules = append(rules, b.Rule)
			}
			if got := strings.Join(rules, ", "); got != c.rule {
				t.Errorf("breaches %v, want %q", breaches, c.rule)
			}
		})
	}
}

// TestUnreadable: source that cannot be parsed is an error, not a house in order.
func TestUnreadable(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"broken source": {"firmware/a.go": "package"},
		"no module":     {"go.mod": "go 1.26\n"},
	} {
		if _, err := Inspect(plant(t, files)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// plant writes a module into a new folder and returns the folder.
func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{"go.mod": "module edgeprobe.io\n"}
	maps.Copy(all, files)
	for name, text := range all {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
