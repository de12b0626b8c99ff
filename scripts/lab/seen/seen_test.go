package seen_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"edgeprobe.io/scripts/lab/seen"
)

func observation() *rapid.Generator[seen.Observation] {
	name := rapid.StringMatching(`[a-z0-9/-]{1,12}`)
	value := rapid.OneOf(rapid.String().AsAny(), rapid.Float64Range(-1e9, 1e9).AsAny(), rapid.Bool().AsAny())
	return rapid.Custom(func(t *rapid.T) seen.Observation {
		o := seen.Observation{
			At: time.Duration(rapid.Int64().Draw(t, "at")), Source: seen.Source(name.Draw(t, "source")),
			Device: rapid.String().Draw(t, "device"), Kind: name.Draw(t, "kind"), Subject: rapid.String().Draw(t, "subject"),
		}
		if m := rapid.MapOfN(name, value, 0, 4).Draw(t, "fields"); len(m) > 0 {
			o.Fields = m
		}
		return o
	})
}

func TestLinesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(observation(), 1, 8).Draw(t, "all")
		var b bytes.Buffer
		if err := seen.Write(&b, want); err != nil {
			t.Fatal(err)
		}
		got, err := seen.Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("(-want +got)\n%s", d)
		}
	})
}

func TestBadLineIsNamed(t *testing.T) {
	good := `{"at":"1s","source":"feed","kind":"event"}` + "\n"
	for _, bad := range []string{
		`{`, `{"at":"1","source":"feed","kind":"event"}`, `{"at":"1s","kind":"event"}`, `{"at":"1s","source":"feed"}`,
		`{"at":"1s","source":"feed","kind":"event","else":1}`, good[:len(good)-1] + ` {}`,
	} {
		if _, err := seen.Read(strings.NewReader(good + bad + "\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%s: got %v, want an error that names line 2", bad, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"at":"1.5s","source":"panel","device":"berlin","kind":"lamp","subject":"self","fields":{"colour":"red"}}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := seen.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := seen.Write(&b, all); err != nil {
			t.Fatal(err)
		}
		again, err := seen.Read(&b)
		if d := cmp.Diff(all, again); err != nil || d != "" {
			t.Fatalf("%v (-first +again)\n%s", err, d)
		}
	})
}

// TestLogKeepsTheOrderOfTime holds that whatever comes late stands where its time belongs, after its equals.
func TestLogKeepsTheOrderOfTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := seen.NewLog()
		var want []seen.Observation
		for i, at := range rapid.SliceOfN(rapid.IntRange(0, 5), 0, 20).Draw(t, "times") {
			o := seen.Observation{At: time.Duration(at), Source: seen.Lab, Kind: string(rune('a' + i))}
			l.Add(o)
			want = append(want, o)
		}
		seen.Sort(want)
		if d := cmp.Diff(want, l.All()); len(want) > 0 && d != "" {
			t.Fatalf("(-want +got)\n%s", d)
		}
	})
}

func TestWaitSeesWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := seen.NewLog()
		some := func(all []seen.Observation) bool { return len(all) > 0 }
		time.AfterFunc(time.Second, func() { l.Add(seen.Observation{Source: seen.Lab, Kind: seen.KindWorld}) })
		if !l.Wait(t.Context(), some) {
			t.Error("it waited in vain")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if l.Wait(ctx, func([]seen.Observation) bool { return false }) {
			t.Error("what never holds was seen")
		}
	})
}
