package house

import (
	"bufio"
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// checkTop holds the top level to the design's list. What .gitignore names is not part of the tree.
func checkTop(root string) (out []Breach, err error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, fmt.Errorf("read top level: %w", err)
	}
	ignored, err := ignoredNames(filepath.Join(root, ".gitignore"))
	if err != nil {
		return nil, err
	}
	house := []string{"firmware", "drivers", "cmd", "board", "scripts", "go.mod", "go.sum", "Makefile", "README.md"}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || slices.Contains(house, name) ||
			slices.ContainsFunc(ignored, func(pattern string) bool { ok, _ := path.Match(pattern, name); return ok }) {
			continue
		}
		out = append(out, Breach{"top level", name, "only " + strings.Join(house, " ") + " and dot-files stand at the top"})
	}
	return out, nil
}

func ignoredNames(file string) ([]string, error) {
	f, err := os.Open(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read ignored names: %w", err)
	}
	defer f.Close()
	var out []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		out = append(out, strings.Trim(strings.TrimSpace(lines.Text()), "/"))
	}
	return out, lines.Err()
}

// checkConfig: the checked values of the file reach the rest through the programs alone.
func checkConfig(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		if top(p.dir, "cmd") || p.dir == "firmware/config" {
			continue
		}
		for _, f := range p.code {
			if _, ok := f.imports()[t.module+"/firmware/config"]; ok {
				out = append(out, Breach{"config", f.path, "only cmd imports firmware/config: take Settings instead"})
			}
		}
	}
	return out
}

// checkForeign: a driver knows pins, buses and the kernel, nothing else; and the broker of the demo stays out of the
// daemon.
func checkForeign(t *tree) (out []Breach) {
	const broker = "github.com/nats-io/nats-server/"
	hardware := []string{"periph.io/x/conn/", "periph.io/x/host/", "github.com/godbus/dbus/", "golang.org/x/sys/"}
	for _, p := range t.pkgs {
		for _, f := range p.code {
			for _, importPath := range slices.Sorted(maps.Keys(f.imports())) {
				_, ours := t.within(importPath)
				switch {
				case ours || standard(importPath):
				case strings.HasPrefix(importPath, broker) && p.dir != "firmware/demo":
					out = append(out, Breach{"foreign", f.path, "only firmware/demo links a broker"})
				case top(p.dir, "drivers") && !slices.ContainsFunc(hardware, func(h string) bool { return strings.HasPrefix(importPath, h) }):
					out = append(out, Breach{"foreign", f.path, fmt.Sprintf("a driver must not import %s: it speaks periph or D-Bus", importPath)})
				}
			}
		}
	}
	return out
}

// standard reports whether an import path is of Go's own library: those have no dot in their first part.
func standard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

func checkComments(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		var with []string
		for _, f := range p.code {
			if f.ast.Doc != nil {
				with = append(with, path.Base(f.path))
			}
		}
		if len(p.code) > 0 && len(with) != 1 {
			out = append(out, Breach{"package comment", p.dir, fmt.Sprintf("a package has one package comment, this one has %d %v", len(with), with)})
		}
	}
	return out
}

func checkGoroutines(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		if p.dir == "firmware/agent" || strings.HasPrefix(p.dir, "firmware/agent/") {
			continue
		}
		for _, f := range p.code {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if g, ok := n.(*ast.GoStmt); ok {
					out = append(out, Breach{"goroutines", t.where(f, g), "go statements stand in firmware/agent alone: offer Run(ctx) error, or join an errgroup before returning"})
				}
				return true
			})
		}
	}
	return out
}

func checkInit(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		for _, f := range slices.Concat(p.code, p.tests) {
			for _, d := range f.ast.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					out = append(out, Breach{"init", t.where(f, fn), "no init functions: construct where the program starts"})
				}
			}
		}
	}
	return out
}

func checkSleeps(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		for _, f := range p.tests {
			for _, use := range f.uses("time", "Sleep") {
				out = append(out, Breach{"sleep", t.where(f, use), "tests do not sleep: wait for the event, or in a synctest bubble for a timer"})
			}
		}
	}
	return out
}
