package probe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestJSONPathsRefused(t *testing.T) {
	for _, path := range []string{"", "status", "$.", "$..a", "$[", "$[]", "$[-1]", "$[01]", "$[a]", "$[1", "$[99999999]", "$.a b", "$.a[*]", "$['a']", "$a", "$.é", " $"} {
		if p, err := parseJSONPath(path); err == nil {
			t.Errorf("%q is read as %v", path, p)
		}
	}
	for _, path := range []string{"$", "$.a", "$[0]", "$.a_b-c[12].d[0][1]"} {
		if err := ValidJSONPath(path); err != nil {
			t.Error(err)
		}
	}
}

// FuzzJSONPath compares with encoding/json's own reading of the whole body.
func FuzzJSONPath(f *testing.F) {
	f.Add("$.a.b[0]", []byte(`{"a":{"b":["x"]}}`))
	f.Add("$[1].n", []byte(`[1,{"n":1e3,"n":null}]`))
	f.Add("$", []byte(`"x"`))
	f.Add("$", []byte(`""]`))
	f.Add("$.a", []byte(`{"a":[[}`))
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		p, err := parseJSONPath(path)
		if err != nil {
			return
		}
		got, err := p.find(body, time.Now().Add(time.Minute))
		var whole any
		in := json.NewDecoder(bytes.NewReader(body))
		in.UseNumber()
		if in.Decode(&whole) != nil || !json.Valid(body) {
			if err == nil {
				t.Fatalf("%q gives %q of what is not JSON: %q", path, got, body)
			}
			return
		}
		want, found := whole, true
		for _, s := range p {
			switch v := want.(type) {
			case map[string]any:
				want, found = v[s.name]
				found = found && s.name != ""
			case []any:
				if found = s.name == "" && s.index < len(v); found {
					want = v[s.index]
				}
			default:
				found = false
			}
			if !found {
				break
			}
		}
		_, object := want.(map[string]any)
		_, list := want.([]any)
		text := fmt.Sprint(want)
		if want == nil {
			text = "null"
		}
		if scalar := found && !object && !list; scalar != (err == nil) || scalar && got != text {
			t.Fatalf("%q of %q gives %q (%v), want %q (%v)", path, body, got, err, text, scalar)
		}
	})
}
