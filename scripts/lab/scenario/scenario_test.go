package scenario

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

// small is a world to check scenarios against.
func small() Catalog {
	return Catalog{
		Devices: []string{"newyork", "berlin"}, Sites: []string{"newyork", "berlin"}, Regions: []string{"us", "eu"},
		Services: []string{"shop", "recorder"}, Uplinks: []string{"eth0", "wwan0"},
		Verbs: []Verb{
			{Name: "account-revoked"},
			{Name: "loss", Params: []Param{
				{Name: "of", Required: true, About: "device/uplink"}, {Name: "percent"}, {Name: "way", Values: []string{"in", "out", "both"}},
			}},
		},
	}
}

func TestGoodFile(t *testing.T) {
	got, err := Load("testdata/good.yaml", small())
	if err != nil {
		t.Fatal(err)
	}
	want := &Scenario{
		File: "testdata/good.yaml", Name: "good", Title: "Everything a file can say", About: "several",
		Why: "It is here to be read.", Seed: 7, Lasts: time.Minute, NotYet: "nobody has built it",
		World: World{
			Devices: []string{"berlin"}, Every: 2 * time.Second, Metered: 10 * time.Second, Broker: "nats",
			Config: map[string][]byte{"all": []byte("{schedule: {slot: 2}}\n")},
		},
		Truth: []Truth{{
			Service: "shop", Impact: firmware.ImpactDown, Regions: []string{"eu"}, Only: []string{"berlin"},
			From: 5 * time.Second, Until: 26 * time.Second,
		}},
		Faults: []Fault{
			{Name: "early", Line: 21, Do: "account-revoked", Boot: true, Acts: []Span{{0, 2 * time.Second}}},
			{Name: "cut", Line: 18, Do: "loss", With: map[string][]string{"of": {"berlin/eth0", "berlin/wwan0"}, "percent": {"30"}},
				Acts: []Span{{5 * time.Second, 8 * time.Second}, {14 * time.Second, 17 * time.Second}, {23 * time.Second, 26 * time.Second}}},
		},
		Expect: []Sight{
			{Line: 25, See: SeeDecision, Of: "shop", Is: []string{"confirmed", "single_site"}, With: map[string][]string{"targets": {"eu"}},
				Who: []string{"berlin"}, Window: Span{6 * time.Second, 9 * time.Second}, Since: "cut+1s", Began: 5 * time.Second, Times: -1},
			{Line: 33, See: SeeEvent, Of: "*", Who: []string{"berlin"}, Any: true, Window: Span{26 * time.Second, 58 * time.Second},
				Since: "cut.end", Began: 26 * time.Second, Times: 1},
		},
		Never: []Sight{{Line: 35, See: SeeLamp, Of: "service/*", Is: []string{"red*"}, Who: []string{"berlin"}, Any: true,
			Window: Span{0, time.Minute}, Since: "start", Holds: 3 * time.Second, Times: -1}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestBadFiles holds each wrong file to all of its problems.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d wrong files (%v): where are they?", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := Load(file, small())
			var all Problems
			if !errors.As(err, &all) {
				t.Fatalf("got %v, want problems", err)
			}
			said := filepath.ToSlash(strings.ReplaceAll(err.Error(), "testdata/bad/", "")) + "\n"
			beside := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(beside, []byte(said), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(beside)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), said); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestReadingIsBounded: few bytes may not stand for many values.
func TestReadingIsBounded(t *testing.T) {
	item := "{see: decision, of: shop, is: up}"
	text := "title: x\nabout: dns\nwhy: y\nlasts: 9s\nexpect: [&a " + item + strings.Repeat(", *a", maxNodes) + "]\n"
	if _, err := Parse("many.yaml", []byte(text), small()); err == nil || !strings.Contains(err.Error(), "is more than 20000 values") {
		t.Errorf("got %v", err)
	}
	if _, err := Parse("long.yaml", []byte(strings.Repeat("# x\n", maxFile/4+1)), small()); err == nil {
		t.Error("more than 1 MiB is read")
	}
}

// TestSchemaAgrees holds that a reader of the schema takes the good file and refuses an unknown key.
func TestSchemaAgrees(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	read := func(file string) any {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if v, err = jsonschema.UnmarshalJSON(strings.NewReader(string(text))); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if err := s.Validate(read("testdata/good.yaml")); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"unknown-key", "missing", "words"} {
		if s.Validate(read("testdata/bad/"+bad+".yaml")) == nil {
			t.Errorf("the schema takes %s.yaml", bad)
		}
	}
}

// TestMomentsAreSums holds that a moment is its name's time plus its offset, however it is written.
func TestMomentsAreSums(t *testing.T) {
	c := newClock(time.Minute, []Fault{{Name: "cut", Acts: []Span{{5 * time.Second, 30 * time.Second}}}})
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"", "start", "end", "cut", "cut.end"}).Draw(t, "name")
		offset := time.Duration(rapid.IntRange(-60_000, 60_000).Draw(t, "ms")) * time.Millisecond
		sign := rapid.SampledFrom([]string{"+", " + ", "  +"}).Draw(t, "sign")
		if offset < 0 {
			sign = " - "
		}
		at, base, what, _ := c.read(name + sign + offset.Abs().String())
		want := c[name] + offset
		if base != c[name] {
			t.Fatalf("counts from %v, want %v", base, c[name])
		}
		if inside := want >= 0 && want <= time.Minute; inside != (what == "") || inside && at != want {
			t.Fatalf("%v %q, want %v", at, what, want)
		}
	})
}

// FuzzParse: whatever the file holds, it is refused with places, or makes a scenario whose times are within it.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Parse("x.yaml", data, small())
		var all Problems
		switch {
		case err != nil && (!errors.As(err, &all) || len(all) == 0 || len(all) > maxProblems):
			t.Fatalf("%v", err)
		case err == nil:
			for _, x := range append(s.Expect, s.Never...) {
				if x.Window.From < 0 || x.Window.Until > s.Lasts || x.Window.Until < x.Window.From || len(x.Who) == 0 {
					t.Fatalf("%+v", x)
				}
			}
		}
	})
}
