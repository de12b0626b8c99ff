package house

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
)

// pure are the packages whose answers depend on their arguments alone; so do the packages below them, except that
// "firmware" stands for itself.
func pure(dir string) bool {
	if dir == "firmware" {
		return true
	}
	for _, name := range []string{"verdict", "quorum", "change", "fold", "schedule"} {
		if dir == "firmware/"+name || strings.HasPrefix(dir, "firmware/"+name+"/") {
			return true
		}
	}
	return false
}

// impure reports whether a pure package may not import p. net/netip holds values alone.
func impure(p string) bool {
	if p == "net/netip" {
		return false
	}
	for _, banned := range []string{"net", "os", "database/sql", "syscall", "crypto/rand", "golang.org/x/sys", "golang.org/x/net"} {
		if p == banned || strings.HasPrefix(p, banned+"/") {
			return true
		}
	}
	return false
}

// clocks are what package time offers to those who would ask the machine for the time, or wait.
func clocks() []string {
	return []string{"Now", "Since", "Until", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Sleep"}
}

func checkPurity(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		if !pure(p.dir) {
			continue
		}
		for _, f := range p.code {
			for _, importPath := range slices.Sorted(maps.Keys(f.imports())) {
				if impure(importPath) {
					out = append(out, Breach{"purity", f.path, fmt.Sprintf("%s is pure and must not import %s", p.dir, importPath)})
				}
			}
			for _, use := range f.uses("time", clocks()...) {
				out = append(out, Breach{"purity", t.where(f, use), fmt.Sprintf("%s is pure and must not use time.%s: take the time as an argument", p.dir, use.Sel.Name)})
			}
		}
	}
	return out
}

// uses finds the mentions, called or not, of names of the package imported as importPath.
func (f file) uses(importPath string, names ...string) (out []*ast.SelectorExpr) {
	local, ok := f.imports()[importPath]
	if !ok {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == local && slices.Contains(names, sel.Sel.Name) {
			out = append(out, sel)
		}
		return true
	})
	return out
}
