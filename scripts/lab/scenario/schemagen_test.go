package scenario

import (
	_ "embed" // raw.go, whose comments describe the keys
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
)

//go:embed raw.go
var rawSource string

var update = flag.Bool("update", false, "write schema.json and the wrong files' problems anew")

// TestSchemaIsThatOfTheTypes holds schema.json to the types. It is kept as a file so that no program carries what it
// is made with.
func TestSchemaIsThatOfTheTypes(t *testing.T) {
	made := makeSchema(t)
	if *update {
		if err := os.WriteFile("schema.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(kept), string(made)); d != "" {
		t.Errorf("the types say otherwise: make unit PKG='./scripts/lab/scenario -update'\n(-schema.json +types):\n%s", d)
	}
}

// makeSchema makes the schema from the raw types and their comments.
func makeSchema(t *testing.T) []byte {
	t.Helper()
	comments := rawComments(t)
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true, Mapper: scalarSchema,
		Namer:         func(t reflect.Type) string { return strings.ToLower(strings.TrimPrefix(t.Name(), "raw")) },
		LookupComment: func(t reflect.Type, field string) string { return comments[t.Name()+"."+field] },
	}
	s := r.ReflectFromType(reflect.TypeFor[rawScenario]())
	s.ID, s.Title = "https://edgeprobe.io/schema/lab-scenario.json", "a scenario of edgeprobe's lab"
	oneOf(s, reflect.TypeFor[rawScenario]())
	for _, typ := range []reflect.Type{reflect.TypeFor[rawWorld](), reflect.TypeFor[rawTruth](), reflect.TypeFor[rawFault](), reflect.TypeFor[rawSight]()} {
		oneOf(s.Definitions[r.Namer(typ)], typ)
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// oneOf brings the tag oneof of a raw type into its schema.
func oneOf(s *jsonschema.Schema, typ reflect.Type) {
	for _, f := range fieldsOf(typ) {
		p, ok := s.Properties.Get(f.Tag.Get("yaml"))
		for _, word := range strings.Fields(f.Tag.Get("oneof")) {
			if ok {
				p.Enum = append(p.Enum, word)
			}
		}
	}
}

// scalarSchema maps what reads itself; nil leaves a type to the reflector.
func scalarSchema(typ reflect.Type) *jsonschema.Schema {
	anything := &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
	list := func(of *jsonschema.Schema) *jsonschema.Schema {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{of, {Type: "array", Items: of}}}
	}
	switch typ {
	case reflect.TypeFor[text](), reflect.TypeFor[moment]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[number]():
		return &jsonschema.Schema{Type: "integer"}
	case reflect.TypeFor[yesNo]():
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.TypeFor[span]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`, Examples: []any{"300ms", "5s", "1m30s"}}
	case reflect.TypeFor[words]():
		return list(&jsonschema.Schema{Type: "string"})
	case reflect.TypeFor[params]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: list(anything)}
	case reflect.TypeFor[overlays]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "object"}}
	}
	return nil
}

// rawComments returns the comments of raw.go by "type.field".
func rawComments(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "raw.go", rawSource, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			for _, name := range f.Names {
				comments[spec.Name.Name+"."+name.Name] = strings.TrimSpace(f.Doc.Text())
			}
		}
		return false
	})
	return comments
}
