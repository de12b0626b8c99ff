package stamina

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets this binary be the server or the device of a soak, as the command is.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		os.Exit(exit(Serve(context.Background(), os.Stdout)))
	case len(os.Args) == 3 && os.Args[1] == "device":
		var w Work
		err := json.Unmarshal([]byte(os.Args[2]), &w)
		if err == nil {
			err = w.Run(context.Background(), os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
		}
		os.Exit(exit(err))
	}
	os.Exit(m.Run())
}

func exit(err error) int {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

// soak runs a device for a few seconds.
func soak(t *testing.T, w Work) Report {
	t.Helper()
	w.Dir, w.Rate, w.Within, w.Look = t.TempDir(), 400, time.Minute, 200*time.Millisecond
	samples, err := w.Soak(t.Context(), func(Sample) {})
	if err != nil {
		t.Fatal(err)
	}
	return Judge(w, samples)
}

// TestSoak is the short form of the soak: everything is done, kept and good. What a device keeps at first is still
// growing in its first minute, so that only a gross leak shows here.
func TestSoak(t *testing.T) {
	t.Parallel()
	r := soak(t, Work{Results: 2000})
	if r.Kept.Results < 2000-80 || r.Kept.Good != r.Kept.Results || r.Kept.Lost > 0 {
		t.Errorf("kept %+v, %v", r.Kept, r.Whys)
	}
	for _, f := range r.Figures {
		most := 4.0 * slackCounts
		if f.Unit == "B" {
			most = 4 << 20
		}
		if !(f.Growth < most) || f.Quarters[3] == 0 {
			t.Errorf("%s: %v grows by %.0f", f.What, f.Quarters, f.Growth)
		}
	}
	if !(r.Stored > 1 && r.Flash > r.Stored && r.Flash < 4*budgetFlash) {
		t.Errorf("%.1f bytes written per result, %.1f stored", r.Flash, r.Stored)
	}
}

// TestLeakIsSeen: a device that keeps 8 KiB of every run is told from one that is well.
func TestLeakIsSeen(t *testing.T) {
	t.Parallel()
	r := soak(t, Work{Results: 2000, Leak: 8 << 10})
	if r.OK || !slices.Contains(r.Whys, "resident memory grows") || !slices.Contains(r.Whys, "heap in use grows") {
		t.Errorf("a leak of 8 KiB a result is told as %v: %+v", r.Whys, r.Figures)
	}
}

// run invents the samples of a day, which use what use says of the results so far.
func run(use func(s *Sample)) []Sample {
	var out []Sample
	for i := range 401 {
		s := Sample{At: time.Duration(i) * time.Second, Results: uint64(i) * day / 400, Resident: 18 << 20, Heap: 2 << 20, Goroutines: 16, Handles: 18}
		if i%7 == 0 { // a stalled second: everything is in flight
			s.Goroutines, s.Handles, s.Resident = 96, 98, 19<<20
		}
		s.Written, s.Store = int64(s.Results)*60, int64(s.Results)*17
		use(&s)
		out = append(out, s)
	}
	out[400].Kept = &Kept{Results: day, Good: day, Missed: 100}
	return out
}

// TestJudge: what stays is flat, and what grows by little for a whole day is not.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name string
		use  func(*Sample)
		want string // "": all is well
	}{
		{"well", func(*Sample) {}, ""},
		{"grows at first", func(s *Sample) { s.Resident += int64(min(s.Results, day/3)) * 8 }, ""},
		{"four bytes a result", func(s *Sample) { s.Resident += int64(s.Results) * 4 }, "resident memory grows"},
		{"heap", func(s *Sample) { s.Heap += int64(s.Results) * 4 }, "heap in use grows"},
		{"a goroutine in 10,000", func(s *Sample) { s.Goroutines += int(s.Results / 10_000) }, "goroutines grows"},
		{"a file in 10,000", func(s *Sample) { s.Handles += int(s.Results / 10_000) }, "open files and sockets grows"},
		{"writes", func(s *Sample) { s.Written *= 2 }, "more is written to the card than it bears"},
	} {
		r := Judge(Work{Results: day, Rate: 1150}, run(c.use))
		if got := strings.Join(r.Whys, ", "); got != c.want || r.OK != (c.want == "") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestJudgeWork: a device that did not do its work has no figures to be proud of.
func TestJudgeWork(t *testing.T) {
	for _, c := range []struct {
		kept Kept
		want string
	}{
		{Kept{Results: day - 40, Good: day - 40}, ""}, // the rest was under way
		{Kept{Results: day, Good: day - 1}, "some runs were not good: what was measured was not the work"},
		{Kept{Results: day, Good: day, Aborted: 200}, "some runs were not good: what was measured was not the work"},
		{Kept{Results: day, Good: day, Lost: 1}, "the journal lacks results"},
		{Kept{Results: day / 2, Good: day / 2}, "the device has not done its work in time, the journal lacks results"},
	} {
		samples := run(func(*Sample) {})
		samples[400].Kept, samples[400].Written = &c.kept, 1
		if got := strings.Join(Judge(Work{Results: day, Rate: 1150}, samples).Whys, ", "); got != c.want {
			t.Errorf("%+v: %q, want %q", c.kept, got, c.want)
		}
	}
	if r := Judge(Work{Results: 1, Rate: 1}, nil); r.OK {
		t.Error("no samples at all are OK")
	}
	short := Judge(Work{Results: 1, Rate: 1}, run(func(*Sample) {})[:3])
	if f := short.Figures[0]; f.OK && math.IsNaN(f.Growth) {
		t.Error("a quarter without samples is flat")
	}
}

// TestPrint: what grows is said in the table and below it, and the picture is drawn.
func TestPrint(t *testing.T) {
	samples := run(func(s *Sample) { s.Goroutines += int(s.Results / 10_000) })
	var b bytes.Buffer
	if err := Judge(Work{Results: day, Rate: 1150}, samples).Print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"691200 results", "60.0 B written per result", "GROWS", "soak: goroutines grows", "18.00 MiB"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	file := filepath.Join(t.TempDir(), "soak.svg")
	if err := draw(file, samples); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err != nil || !bytes.Contains(text, []byte("resident memory")) {
		t.Errorf("the picture: %v", err)
	}
}

func TestOptions(t *testing.T) {
	if o, err := parse(nil, &bytes.Buffer{}); err != nil || o.Results != day || o.Compressed() < 80 {
		t.Errorf("without options: %+v, %v", o, err)
	}
	for _, args := range [][]string{{"x"}, {"-rate", "0"}, {"-results", "0"}, {"-look", "0s"}, {"-results", "-1"}} {
		if _, err := parse(args, &bytes.Buffer{}); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

// TestCompressed: as many results are committed at once as at the default cadence.
func TestCompressed(t *testing.T) {
	w := Work{Rate: 800, Targets: []string{"127.0.0.1:1"}}
	p := w.plan(&counter{})
	if p.Every != 100*time.Millisecond || p.Store.Commit != 300*time.Millisecond || len(p.Checks) != 40 || len(p.Uplinks) != 2 {
		t.Errorf("every %s, commit %s, %d checks, %d uplinks", p.Every, p.Store.Commit, len(p.Checks), len(p.Uplinks))
	}
}
