package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// compiled returns the schema, held against the specification's own.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON returns the YAML text as a value for the validator.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if v, err = jsonschema.UnmarshalJSON(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaAcceptsGoodFiles(t *testing.T) {
	s := compiled(t)
	inDir(t, "testdata/good")
	for _, file := range examples(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(asJSON(t, text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := s.Validate(asJSON(t, []byte(Minimal()))); err != nil {
		t.Errorf("minimal file: %v", err)
	}
}

// TestSchemaRejectsStructuralProblems holds that an editor underlines what is wrong in itself, wherever Parse
// finds it.
func TestSchemaRejectsStructuralProblems(t *testing.T) {
	structural := []kind{kindUnknownKey, kindType, kindOneOf, kindEntries, kindName, kindDuration, kindSize, kindShare}
	// What has no counterpart in JSON, what is in another file, and what several lists make together.
	beyond := []string{"type-key.yaml", "type-merge.yaml", "type-date.yaml", "in-fleet-file.yaml", "entries-steps.yaml", "entries-captures.yaml"}
	s, rejected := compiled(t), 0
	inDir(t, "testdata/bad")
	for _, file := range examples(t) {
		_, err := Load(file)
		var all Errors
		errors.As(err, &all)
		wrong := func(p Problem) bool { return slices.Contains(structural, p.kind) }
		if slices.Contains(beyond, file) || !slices.ContainsFunc(all, wrong) && !strings.HasPrefix(file, "missing.") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rejected++
		if s.Validate(asJSON(t, text)) == nil {
			t.Errorf("%s passes the schema: %v", file, all)
		}
	}
	if rejected < 35 {
		t.Errorf("only %d files were tried", rejected)
	}
}

// TestSchemaDescribesEveryKey holds that no key is without its sentence.
func TestSchemaDescribesEveryKey(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(Schema()), &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		group, ok := v.(map[string]any)
		if list, isList := v.([]any); isList {
			for _, item := range list {
				walk(path, item)
			}
		}
		if !ok {
			return
		}
		if properties, ok := group["properties"].(map[string]any); ok {
			for key, p := range properties {
				seen++
				if d, _ := p.(map[string]any)["description"].(string); len(d) < 8 {
					t.Errorf("%s.%s has no description", path, key)
				}
			}
		}
		for key, below := range group {
			walk(path+"."+key, below)
		}
	}
	walk("", doc)
	if seen < 60 {
		t.Errorf("only %d keys were seen", seen)
	}
}
