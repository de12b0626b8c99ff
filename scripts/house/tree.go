package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// file is one parsed Go file; path is relative to the root, with slashes.
type file struct {
	path string
	ast  *ast.File
}

// pkg is one folder with Go files. A folder of tests alone is a pkg without code.
type pkg struct {
	dir   string // relative to the root, with slashes
	code  []file // built into a program
	tests []file
}

// tree is a module's source.
type tree struct {
	root   string
	module string // its import path
	fset   *token.FileSet
	pkgs   []pkg // sorted by dir
}

// load parses every Go file below root, apart from testdata and whatever begins with a dot or an underscore.
func load(root string) (*tree, error) {
	t := &tree{root: root, fset: token.NewFileSet()}
	var err error
	if t.module, err = modulePath(filepath.Join(root, "go.mod")); err != nil {
		return nil, err
	}
	found := map[string]*pkg{}
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != root && hidden(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		return t.add(found, p)
	})
	if err != nil {
		return nil, fmt.Errorf("read source: %w", err)
	}
	for _, p := range found {
		t.pkgs = append(t.pkgs, *p)
	}
	slices.SortFunc(t.pkgs, func(a, b pkg) int { return strings.Compare(a.dir, b.dir) })
	return t, nil
}

func hidden(name string) bool {
	return name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

func (t *tree) add(found map[string]*pkg, p string) error {
	if filepath.Ext(p) != ".go" {
		return nil
	}
	parsed, err := parser.ParseFile(t.fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(t.root, p)
	if err != nil {
		return err
	}
	f := file{filepath.ToSlash(rel), parsed}
	dir := path.Dir(f.path)
	if found[dir] == nil {
		found[dir] = &pkg{dir: dir}
	}
	into := &found[dir].code
	if strings.HasSuffix(p, "_test.go") {
		into = &found[dir].tests
	}
	*into = append(*into, f)
	return nil
}

// imports returns the paths that f imports, and of each the name it goes by there.
func (f file) imports() map[string]string {
	out := map[string]string{}
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser takes valid strings alone
		}
		out[p] = path.Base(p)
		if spec.Name != nil {
			out[p] = spec.Name.Name
		}
	}
	return out
}

// within returns the folder of an import path of this module, and whether it is one.
func (t *tree) within(importPath string) (dir string, ours bool) {
	return strings.CutPrefix(importPath, t.module+"/")
}

// where returns "file:line" of a node.
func (t *tree) where(f file, n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.path, t.fset.Position(n.Pos()).Line)
}

func modulePath(gomod string) (string, error) {
	text, err := os.ReadFile(gomod)
	if err != nil {
		return "", fmt.Errorf("read module path: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if p, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(p), nil
		}
	}
	return "", fmt.Errorf("read module path: no module line in %s", gomod)
}
