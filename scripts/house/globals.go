package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// checkGlobals: what stands at package level never changes. A variable there breaks the rule when any code writes to
// it, when it is made to change (a lock, an atomic), or when importers could change it.
func checkGlobals(t *tree) (out []Breach) {
	for _, p := range t.pkgs {
		info := t.resolve(p)
		for _, f := range p.code {
			out = append(out, t.declared(f, info)...)
			out = append(out, t.written(f, info)...)
		}
	}
	return out
}

// noImports fails every import: names then resolve within the package alone, which is all that is asked for.
type noImports struct{}

// Import fails, whatever is imported.
func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not needed") }

// resolve finds out which identifier means which variable. What it cannot know, it leaves out.
func (t *tree) resolve(p pkg) *types.Info {
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	var files []*ast.File
	for _, f := range p.code {
		files = append(files, f.ast)
	}
	conf := types.Config{Importer: noImports{}, Error: func(error) {}}
	_, _ = conf.Check(t.module+"/"+p.dir, t.fset, files, info) // its errors are the imports that were refused
	return info
}

func (t *tree) declared(f file, info *types.Info) (out []Breach) {
	for _, d := range f.ast.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			continue
		}
		for _, s := range gen.Specs {
			spec := s.(*ast.ValueSpec)
			for i, name := range spec.Names {
				if why := mutable(name, spec, i, info); why != "" {
					out = append(out, Breach{"globals", t.where(f, name), fmt.Sprintf("package variable %s %s", name.Name, why)})
				}
			}
		}
	}
	return out
}

// mutable says why a package variable is made to change, or "".
func mutable(name *ast.Ident, spec *ast.ValueSpec, i int, info *types.Info) string {
	if spec.Type != nil {
		typ := types.ExprString(spec.Type)
		if strings.HasPrefix(typ, "sync.") || strings.HasPrefix(typ, "atomic.") {
			return "is made to change: put it into a struct that somebody owns"
		}
	}
	if !name.IsExported() {
		return ""
	}
	const open = "can be changed by whoever imports it: return it from a function"
	if i < len(spec.Values) {
		if u, ok := spec.Values[i].(*ast.UnaryExpr); ok && u.Op == token.AND {
			return open
		}
	}
	obj := info.Defs[name]
	if obj == nil {
		return ""
	}
	switch obj.Type().Underlying().(type) {
	case *types.Map, *types.Slice, *types.Signature, *types.Pointer:
		return open
	}
	return ""
}

func (t *tree) written(f file, info *types.Info) (out []Breach) {
	check := func(n ast.Node, e ast.Expr) {
		if name := t.global(e, info); name != "" {
			out = append(out, Breach{"globals", t.where(f, n), fmt.Sprintf("package variable %s is written to", name)})
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					check(n, e)
				}
			}
		case *ast.IncDecStmt:
			check(n, n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				check(n, n.Key)
				check(n, n.Value)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				check(n, n.X) // whoever has the address may write
			}
		case *ast.CallExpr:
			if b, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (b.Name == "delete" || b.Name == "clear" || b.Name == "copy") {
				check(n, n.Args[0])
			}
		}
		return true
	})
	return out
}

// global returns the name of the package variable that e is, or is a part of; "" when it is none of ours.
func (t *tree) global(e ast.Expr, info *types.Info) string {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return t.global(e.X, info)
	case *ast.StarExpr:
		return t.global(e.X, info)
	case *ast.IndexExpr:
		return t.global(e.X, info)
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			if imported, ok := info.Uses[x].(*types.PkgName); ok {
				if _, ours := t.within(imported.Imported().Path()); ours {
					return x.Name + "." + e.Sel.Name
				}
				return ""
			}
		}
		return t.global(e.X, info)
	case *ast.Ident:
		if v, ok := info.Uses[e].(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
			return e.Name
		}
	}
	return ""
}
