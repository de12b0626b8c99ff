package contest

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"edgeprobe.io/scripts/bench/yardstick"
)

// TestMain is also what this binary runs again: the server and the bare loop.
func TestMain(m *testing.M) {
	err, role := error(nil), os.Args[len(os.Args)-1]
	switch role {
	case "serve":
		err = Serve(os.Stdin, os.Stdout)
	case "loop":
		err = Loop(context.Background(), os.Stdin)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, role+":", err)
		os.Exit(1)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

// TestRest: what is computed out of a mix is what the mix was made of.
func TestRest(t *testing.T) {
	const full, resumed = 0.8, 0.3
	for _, share := range []float64{0, 0.25, 0.5, 0.9} {
		if got := rest(share*full+(1-share)*resumed, full, share); !near(got, resumed) {
			t.Errorf("with %.2f full runs, a resumed one costs %.3f, want %.3f", share, got, resumed)
		}
	}
}

func TestBetween(t *testing.T) {
	a := reading{cpu: time.Second, bytes: 1000, counts: yardstick.Counts{Requests: 10, Full: 10}}
	b := reading{cpu: 1100 * time.Millisecond, bytes: 401_000, counts: yardstick.Counts{Requests: 210, Full: 60, Resumed: 50}}
	s, err := between(a, b, 5*time.Second)
	if want := (Sample{CPU: 0.5, Bytes: 2000, Full: 0.25, Fresh: 0.5, Rate: 40}); err != nil || s != want {
		t.Errorf("%+v, %v; want %+v", s, err, want)
	}
	if _, err := between(b, b, time.Second); err == nil {
		t.Error("a window without requests has a figure")
	}
}

func TestPayload(t *testing.T) {
	line := "1000 10 0 0 0 0 0 0 5000 20 0 0 0 0 0 0"
	if n, err := payload(strings.Fields(line)); err != nil || n != 6000-30*ethernet {
		t.Errorf("%d bytes, %v", n, err)
	}
	for _, bad := range []string{"", "1 2 3", strings.Replace(line, "5000", "x", 1)} {
		if n, err := payload(strings.Fields(bad)); err == nil {
			t.Errorf("%q counts %d bytes", bad, n)
		}
	}
}

// TestCPUTime: the clock of another process is what it has used, as it says itself.
func TestCPUTime(t *testing.T) {
	cmd := exec.Command("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo; read end")
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	got, err := cpuTime(cmd.Process.Pid)
	_ = in.Close()
	_ = cmd.Wait()
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if used := time.Duration(u.Utime.Nano() + u.Stime.Nano()); err != nil || got <= 0 || got > used || got < used*9/10 {
		t.Errorf("%v of %v, %v", got, used, err)
	}
	if _, err := cpuTime(cmd.Process.Pid); err == nil {
		t.Error("a process that is gone has CPU time")
	}
}

// TestRows: every figure has its row, budgets are shares of the base, and ratios are to the bare loop at the same pace and
// the cheapest peer.
func TestRows(t *testing.T) {
	all := Contestants("daemon", "telegraf")
	f := Figures{}
	for _, c := range all {
		for round := range 3 {
			f[c.Name] = append(f[c.Name], Sample{CPU: 1 + float64(round)/10, Bytes: 4000, Full: 0.5, Peak: 15})
		}
	}
	for i := range 3 {
		f["telegraf 1.37.2"][i].CPU = 0.55
		f[base][i].CPU /= 2
		f[oursMixed][i].CPU = f[oursFull][i].CPU/2 + 0.4/2
		f[headMixed][i].Bytes = 4000/2 + 2600/2
	}
	rows := f.Rows(all)
	if want := 3*len(all) + 2*len(parts()); len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	of := map[string]yardstick.Row{}
	for _, r := range rows {
		of[r.What] = r
	}
	cpu := of["CPU per probe: edgeprobed, a resumed run"]
	if !near(cpu.Value, 0.4) || !near(cpu.Bare, 0.4/1.1) || !near(cpu.Peer, 0.4/0.55) || !near(cpu.Budget, 1.1/2*budgetResumed) || !cpu.Over() {
		t.Errorf("CPU of a resumed run: %+v", cpu)
	}
	if kept := of["CPU per probe: edgeprobed, a kept run"]; !kept.Over() {
		t.Errorf("a kept run at the cost of a full one is within its budget: %+v", kept)
	}
	if head := of["bytes per probe: edgeprobed, a resumed run, HEAD"]; !near(head.Value, 2600) || head.Budget != budgetHEAD || !head.Over() {
		t.Errorf("bytes of a resumed HEAD: %+v", head)
	}
	if full := of["CPU per probe: "+oursFull]; full.Budget != 0 || !near(full.Least, 1) || !near(full.Most, 1.2) {
		t.Errorf("CPU of full runs: %+v", full)
	}
}

// TestArena measures the bare loop in a network of its own: the server's counts, the link's bytes and the process's time
// are of the right order.
func TestArena(t *testing.T) {
	if os.Getenv("EDGEPROBE_ARENA") == "" {
		cmd := Apart(t.Context(), "-test.run=^TestArena$", "-test.v")
		cmd.Env = append(os.Environ(), "EDGEPROBE_ARENA=inside", "GORACE=atexit_sleep_ms=0")
		cmd.Stderr = nil
		out, err := cmd.CombinedOutput()
		if t.Logf("%s", out); err != nil || !strings.Contains(string(out), "--- PASS: TestArena") {
			t.Fatalf("in a network of its own: %v", err)
		}
		return
	}
	a, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	for mode, want := range map[yardstick.Mode]struct{ full, fresh, least, most float64 }{
		yardstick.Full:    {1, 1, 5000, 7000},
		yardstick.Resumed: {0, 1, 4500, 6500},
		yardstick.Kept:    {0, 0, 1300, 1800},
	} {
		c := bareLoop("loop "+string(mode), mode, 0)
		f, err := a.Run(t.Context(), []Contestant{c}, Timing{1, 0, time.Second}, func(int, Contestant, Sample) {})
		if err != nil {
			t.Fatal(err)
		}
		s := f[c.Name][0]
		if s.Bytes < want.least || s.Bytes > want.most || math.Abs(s.Full-want.full) > 0.1 || math.Abs(s.Fresh-want.fresh) > 0.1 || s.CPU <= 0 || s.Peak < 1 {
			t.Errorf("%s: %+v, want %+v", c.Name, s, want)
		}
	}
	bad := Contestant{Name: "one that ends", start: func(ctx context.Context, _ yardstick.Target, _ string) (*process, func(context.Context) error, error) {
		p, err := launch(ctx, nil, "sh", "-c", "echo no such key; exit 3")
		return p, nil, err
	}}
	if _, err := a.Run(t.Context(), []Contestant{bad}, Timing{1, time.Second, time.Second}, nil); err == nil || !strings.Contains(err.Error(), "no such key") {
		t.Errorf("a contestant that ends by itself is told as %v", err)
	}
}
