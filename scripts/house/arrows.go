package house

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// arrows says for each package of the firmware which of ours it may import. A package that is not here has no
// place in the design yet: give it one, there and here.
func arrows() map[string][]string {
	return map[string][]string{
		"firmware":                          {},
		"firmware/sqlite":                   {},
		"firmware/identity":                 {},
		"firmware/agent/supervise":          {},
		"firmware/clock":                    {"firmware"},
		"firmware/uplink":                   {"firmware", "firmware/uplink/resolvers"},
		"firmware/uplink/resolvers":         {},
		"firmware/uplink/resolvers/bustest": {},
		"firmware/schedule":                 {"firmware"},
		"firmware/block":                    {"firmware"},
		"firmware/verdict":                  {"firmware"},
		"firmware/probe":                    {"firmware", "firmware/clock"},
		"firmware/probe/probetest":          {"firmware"},
		"firmware/quorum":                   {"firmware", "firmware/verdict"},
		"firmware/change":                   {"firmware", "firmware/verdict", "firmware/quorum"},
		"firmware/fold":                     {"firmware", "firmware/verdict", "firmware/quorum", "firmware/change"},
		"firmware/store":                    {"firmware", "firmware/fold", "firmware/block", "firmware/sqlite"},
		"firmware/wire":                     {"firmware", "firmware/fold", "firmware/verdict", "firmware/quorum", "firmware/block"},
		"firmware/panel":                    {"firmware", "firmware/fold"},
		"firmware/panel/screen":             {"firmware", "firmware/fold", "firmware/panel"},
		"firmware/report":                   {"firmware", "firmware/fold"},
		"firmware/feed":                     {"firmware", "firmware/wire"},
		"firmware/feed/mosquittotest":       {},
		"firmware/statuspage":               {"firmware", "firmware/fold", "firmware/wire"},
		"firmware/alert":                    {"firmware", "firmware/wire", "firmware/quorum", "firmware/sqlite"},
		"firmware/demo":                     {"firmware/wire"},
		"firmware/config/syntax":            {},
		"firmware/config":                   allBut("firmware/config", "firmware/agent", "firmware/demo"),
		"firmware/agent":                    allBut("firmware/agent", "firmware/config", "firmware/alert", "firmware/demo"),
		"cmd/edgeprobed":                    allBut("firmware/alert", "firmware/demo"),
		"cmd":                               {"firmware...", "drivers...", "board..."},
		"scripts":                           {"firmware...", "scripts..."},
		"board":                             {"drivers..."},
		"drivers":                           {},
	}
}

// allBut is everything of the firmware, the drivers and the boards but some. agent and config never reach drivers
// or boards all the same: the rule on the firmware sees to that.
func allBut(not ...string) []string {
	out := []string{"firmware...", "drivers...", "board..."}
	for _, n := range not {
		out = append(out, "!"+n)
	}
	return out
}

// allowed returns the arrows of dir: its own, or those of the nearest folder above that has some, up to and without
// the firmware itself.
func allowed(dir string) (to []string, known bool) {
	table := arrows()
	if to, known = table[dir]; known || strings.HasPrefix(dir, "firmware") {
		return to, known
	}
	top, _, _ := strings.Cut(dir, "/")
	to, known = table[top]
	return to, known
}

// may reports whether an import of dir is among to.
func may(to []string, dir string) bool {
	if slices.Contains(to, "!"+dir) {
		return false
	}
	return slices.ContainsFunc(to, func(pattern string) bool {
		tree, all := strings.CutSuffix(pattern, "...")
		return pattern == dir || all && (dir == tree || strings.HasPrefix(dir, tree+"/"))
	})
}

// checkArrows holds the imports of code to the arrows. Tests may import anything but programs and scripts.
func checkArrows(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		to, known := allowed(p.dir)
		if !known {
			out = append(out, Breach{"arrows", p.dir, "this package has no arrows: give it a place in the design and in scripts/house/arrows.go"})
			continue
		}
		for _, f := range p.code {
			out = append(out, t.breaches(f, p.dir, func(dir string) bool { return may(to, dir) && layer(p.dir, dir) })...)
		}
		for _, f := range p.tests {
			out = append(out, t.breaches(f, p.dir, func(dir string) bool { return layer(p.dir, dir) || !top(dir, "cmd", "scripts") })...)
		}
	}
	return out
}

// layer holds what no table entry can loosen: nothing imports a program, scripts stay among themselves, and the
// firmware knows no driver and no board.
func layer(from, to string) bool {
	switch {
	case top(to, "cmd"):
		return false
	case top(to, "scripts"):
		return top(from, "scripts")
	case top(to, "drivers", "board"):
		return !top(from, "firmware")
	}
	return true
}

func top(dir string, names ...string) bool {
	first, _, _ := strings.Cut(dir, "/")
	return slices.Contains(names, first)
}

func (t *tree) breaches(f file, from string, ok func(dir string) bool) (out []Breach) {
	for _, importPath := range slices.Sorted(maps.Keys(f.imports())) {
		if dir, ours := t.within(importPath); ours && dir != from && !ok(dir) {
			out = append(out, Breach{"arrows", f.path, fmt.Sprintf("%s must not import %s", from, dir)})
		}
	}
	return out
}
