package config

import (
	"embed" // raw.go and rawsteps.go, whose comments describe the keys
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
)

//go:embed raw.go rawsteps.go
var rawSource embed.FS

// schemaID names the schema; nothing is fetched from there.
const schemaID = "https://edgeprobe.io/schema/config.json"

var update = flag.Bool("update", false, "write schema.json anew")

// TestSchemaIsThatOfTheTypes holds schema.json to the types. It is kept as a file so that no program carries what it
// is made with, and so that editors and reviewers can read it.
func TestSchemaIsThatOfTheTypes(t *testing.T) {
	made, err := makeSchema()
	if err != nil {
		t.Fatal(err)
	}
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
		t.Errorf("the types say otherwise: make unit PKG='./firmware/config -update', then build again\n(-schema.json +types):\n%s", d)
	}
}

// makeSchema makes the schema from the raw types and their comments.
func makeSchema() ([]byte, error) {
	comments, err := rawComments()
	if err != nil {
		return nil, err
	}
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true, Mapper: scalarSchema,
		Namer:         func(t reflect.Type) string { return defName(t) },
		LookupComment: func(t reflect.Type, field string) string { return comments[t.Name()+"."+field] },
	}
	s := r.ReflectFromType(reflect.TypeFor[rawFile]())
	s.ID, s.Title = schemaID, "edgeprobe configuration"
	limit(s, reflect.TypeFor[rawFile]())
	for t := range rawTypes(reflect.TypeFor[rawFile](), map[reflect.Type]bool{}) {
		if def := s.Definitions[defName(t)]; def != nil {
			limit(def, t)
		}
	}
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write config schema: %w", err)
	}
	return append(text, '\n'), nil
}

// defName returns the name of a raw type's definition.
func defName(t reflect.Type) string { return strings.ToLower(strings.TrimPrefix(t.Name(), "raw")) }

// scalarSchema maps what is not a plain struct or slice; nil leaves a type to the reflector.
func scalarSchema(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[val[string]]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[val[ident]]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`}
	case reflect.TypeFor[val[bool]]():
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.TypeFor[val[int]]():
		return &jsonschema.Schema{Type: "integer"}
	case reflect.TypeFor[val[float64]]():
		return &jsonschema.Schema{Type: "number"}
	case reflect.TypeFor[val[time.Duration]]():
		return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+d)?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))*$`, Examples: []any{"10s", "1m30s", "1d"}}
	case reflect.TypeFor[val[size]]():
		return textOrNumber("integer", sizes.String(), "200MB", "256MiB")
	case reflect.TypeFor[val[offset]]():
		return textOrNumber("integer", sizes.String()+`|^\$\{[a-z0-9-]+\}$`, "1MiB", "${offset}")
	case reflect.TypeFor[val[share]]():
		return textOrNumber("number", shares.String(), "66%")
	case reflect.TypeFor[table]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"}}
	case reflect.TypeFor[rawFleet]():
		return fleetSchema()
	case reflect.TypeFor[rawResolvers]():
		_, most, _ := strings.Cut(resolverLimits.Get("limits"), "..")
		list := &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}, MinItems: entries("1"), MaxItems: entries(most)}
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Const: auto}, list}}
	}
	return nil
}

func textOrNumber(number, pattern string, examples ...any) *jsonschema.Schema {
	pattern = strings.ReplaceAll(pattern, "(?:", "(")
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: number}, {Type: "string", Pattern: pattern}}, Examples: examples}
}

// fleetSchema allows both forms of the fleet; the reflector itself never sees rawDevice, so it is reflected here.
func fleetSchema() *jsonschema.Schema {
	least, most := uint64(1), uint64(MaxFleet)
	comments, _ := rawComments()
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true, Mapper: scalarSchema,
		LookupComment: func(t reflect.Type, field string) string { return comments[t.Name()+"."+field] },
	}
	device := r.ReflectFromType(reflect.TypeFor[rawDevice]())
	device.Version = ""
	limit(device, reflect.TypeFor[rawDevice]())
	if uplinks, ok := device.Properties.Get("uplinks"); ok {
		limit(uplinks.Items, reflect.TypeFor[rawUplinkFact]())
	}
	list := &jsonschema.Schema{Type: "array", Items: device, MinItems: &least, MaxItems: &most}
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string", Pattern: "^file:."}, list}}
}

// rawTypes yields the raw struct types below t.
func rawTypes(t reflect.Type, seen map[reflect.Type]bool) map[reflect.Type]bool {
	for _, f := range fieldsOf(t) {
		below := f.Type
		if below.Kind() == reflect.Slice {
			below = below.Elem()
		}
		if below.Kind() == reflect.Struct && strings.HasPrefix(below.Name(), "raw") && scalarSchema(below) == nil && !seen[below] {
			seen[below] = true
			rawTypes(below, seen)
		}
	}
	return seen
}

// limit brings the tags limits, each and oneof of a raw type into its schema.
func limit(s *jsonschema.Schema, t reflect.Type) {
	for _, f := range fieldsOf(t) {
		p, ok := s.Properties.Get(keyOf(f))
		if !ok {
			continue
		}
		for _, word := range strings.Fields(f.Tag.Get("oneof")) {
			p.Enum = append(p.Enum, word)
		}
		lo, hi, limited := strings.Cut(f.Tag.Get("limits"), "..")
		switch {
		case !limited:
		case p.Type == "array":
			p.MinItems, p.MaxItems = entries(lo), entries(hi)
		case p.Type == "integer" || p.Type == "number":
			p.Minimum, p.Maximum = json.Number(lo), json.Number(hi)
		default:
			p.Description += " From " + lo + " to " + hi + "."
		}
		if lo, hi, ok := strings.Cut(f.Tag.Get("each"), ".."); ok {
			p.Items.Minimum, p.Items.Maximum = json.Number(lo), json.Number(hi)
		}
	}
}

func entries(s string) *uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return &n
}

// rawComments returns the comments of the raw types by "type." and "type.field".
func rawComments() (map[string]string, error) {
	comments := map[string]string{}
	for _, name := range []string{"raw.go", "rawsteps.go"} {
		source, err := rawSource.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the config's own description: %w", err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("read the config's own description: %w", err)
		}
		addComments(comments, file)
	}
	return comments, nil
}

func addComments(comments map[string]string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		decl, ok := n.(*ast.GenDecl)
		if !ok || decl.Tok != token.TYPE {
			return true
		}
		spec := decl.Specs[0].(*ast.TypeSpec)
		fields, ok := spec.Type.(*ast.StructType)
		if !ok {
			return false
		}
		for _, f := range fields.Fields.List {
			for _, name := range f.Names {
				comments[spec.Name.Name+"."+name.Name] = strings.TrimSpace(f.Doc.Text())
			}
		}
		return false
	})
}
