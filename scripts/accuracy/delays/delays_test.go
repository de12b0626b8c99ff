package delays

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// TestMain lets this binary be the device or the far end, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && (os.Args[1] == "device" || os.Args[1] == "far") {
		log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
		if err := Part(context.Background(), os.Args[1], os.Args[2], os.Stdout, log); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestAccuracy is the short form: through a real network device, with one check and with some at once, every delay of
// every run is found again. Nothing is measured shorter than it was, and rarely much longer, whatever else this machine
// does: the bounds are far above what a quiet one shows.
func TestAccuracy(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil {
		t.Fatal("this test needs the command ip: install iproute2 (make setup does)")
	}
	w := Work{
		Delay: Range{Least: time.Millisecond, Most: 30 * time.Millisecond}, Alone: 4 * time.Second, Load: 4 * time.Second,
		Loads: []Load{{Name: "alone", Checks: 1, Uplinks: 1, Every: 50 * time.Millisecond}, {Name: "some", Checks: 8, Uplinks: 2, Every: time.Second}},
	}
	var loads []Load
	if err := w.Measure(t.Context(), func(l Load) { loads = append(loads, l) }); err != nil {
		t.Fatal(err)
	}
	if len(loads) != 2 {
		t.Fatalf("%d loads were measured", len(loads))
	}
	for _, l := range loads {
		if l.Bad > 0 || l.Runs < 10 || l.Lost > l.Runs/4 {
			t.Errorf("%s: %d runs, %d not good (%s), %d unseen", l.Name, l.Runs, l.Bad, l.Why, l.Lost)
		}
		for _, p := range l.Lines {
			if p.Median > 150*time.Millisecond || p.Median < -time.Millisecond {
				t.Errorf("%s: the median error of %s is %s", l.Name, p.Phase, p.Median)
			}
			if p.Least < -mostEarly && p.Phase != transfer.String() {
				t.Errorf("%s: %s is measured %s shorter than it was", l.Name, p.Phase, -p.Least)
			}
		}
		for _, s := range l.Samples {
			if s.Injected < w.Delay.Least && s.Phase != transfer.String() || s.Injected <= 0 || s.Measured <= 0 {
				t.Fatalf("%s: %+v", l.Name, s)
			}
		}
	}
}

// step is a packet that comes by, in milliseconds.
type step struct {
	at   int
	down bool
	packet
	want verdict // of what comes down
}

// TestFlow: five packets are held back, each for the phase that it ends, and no other.
func TestFlow(t *testing.T) {
	ms := time.Millisecond
	f := begin(packet{protocol: tcp, from: 4000, to: portHTTPS, flags: syn, seq: 9}, 0, [phases]time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 400 * ms})
	up := func(at int, seq uint32, n int) step {
		return step{at: at, packet: packet{protocol: tcp, seq: seq, payload: n}}
	}
	down := func(at int, seq uint32, n int, flags byte, want verdict) step {
		return step{at, true, packet{protocol: tcp, seq: seq, payload: n, flags: flags}, want}
	}
	free, drop := verdict{free: true}, verdict{drop: true}
	until := func(at int, ends phase) verdict { return verdict{at: time.Duration(at) * ms, ends: ends} }
	for i, s := range []step{
		down(1, 0xffffffff, 0, syn, until(101, connect)),
		down(50, 0xffffffff, 0, syn, drop), // sent again
		up(102, 10, 1500),                  // the ClientHello, in two packets
		up(103, 1510, 100),
		down(104, 0, 0, 0, free),                  // an acknowledgement
		down(110, 0, 900, 0, until(310, secure)),  // the flight, in two packets
		down(112, 900, 80, 0, until(312, secure)), //
		down(290, 0, 900, 0, drop),                // sent again
		up(292, 10, 1500),                         // too
		up(313, 1610, 64),                         // Finished
		up(314, 1674, 200),                        // the request
		down(320, 980, 1000, 0, until(620, wait)), //
		down(321, 1980, 1100, 0, until(1020, transfer)),
		down(322, 3080, 24, 0, until(1020, phases)), // goodbye
		down(323, 3104, 0, fin, until(1020, phases)),
		down(1300, 3105, 0, rst, free),
	} {
		now := time.Duration(s.at) * ms
		if !s.down {
			f.sent(s.packet, now)
		} else if got := f.came(s.packet, now); got != s.want {
			t.Errorf("step %d: %+v, want %+v", i, got, s.want)
		} else if !got.drop && !got.free {
			f.released(got.ends, got.at+ms) // a millisecond late
		}
	}
	want := [phases]time.Duration{0, 102 * ms, (313 - 102) * ms, (621 - 314) * ms, 400 * ms}
	if f.Injected != want {
		t.Errorf("injected %v, want %v", f.Injected, want)
	}
	if !f.done(packet{flags: fin}) || f.done(packet{}) {
		t.Error("a connection is over with its FIN, not before")
	}
}

// TestLookup: the answer to a question of DNS is held back, and then all is known.
func TestLookup(t *testing.T) {
	f := begin(packet{protocol: udp, from: 4000, to: portDNS}, time.Second, [phases]time.Duration{resolve: time.Second})
	v := f.came(packet{protocol: udp, payload: 50}, 1100*time.Millisecond)
	if v != (verdict{at: 2100 * time.Millisecond, ends: resolve}) || f.done(packet{}) {
		t.Errorf("%+v", v)
	}
	if f.released(v.ends, v.at); f.Injected[resolve] != 1100*time.Millisecond || !f.done(packet{}) {
		t.Errorf("injected %v", f.Injected)
	}
}

// TestJoin: a port that comes again belongs to the run in which its flow began; what is not good or unseen is counted.
func TestJoin(t *testing.T) {
	s, us := time.Second, time.Microsecond
	good := firmware.Result{Outcome: firmware.OutcomeOK, Conn: firmware.ConnFull,
		Phases: firmware.Phases{Resolve: s + 3*us, Connect: 2*s + 5*us, TLS: 3*s + 7*us, Wait: 4*s - 9*us, Transfer: 5 * s}}
	bad := firmware.Result{Outcome: firmware.OutcomeTCPTimeout, Detail: "no answer"}
	injected := [phases]time.Duration{0, 2 * s, 3 * s, 4 * s, 5 * s}
	var l Load
	l.join([]run{{good, 10 * s, 30 * s, 1, 2}, {good, 40 * s, 60 * s, 1, 2}, {bad, 0, s, 0, 0}, {good, 70 * s, 80 * s, 1, 2}},
		[]truth{
			{Protocol: udp, Port: 1, At: 5 * s, Injected: [phases]time.Duration{9 * s}},
			{Protocol: udp, Port: 1, At: 10 * s, Injected: [phases]time.Duration{s}},
			{Protocol: tcp, Port: 2, At: 12 * s, Injected: injected},
			{Protocol: udp, Port: 1, At: 41 * s, Injected: [phases]time.Duration{s}},
			{Protocol: tcp, Port: 2, At: 42 * s, Injected: injected},
			{Protocol: udp, Port: 1, At: 71 * s, Injected: [phases]time.Duration{s}},
		})
	if l.Runs != 4 || l.Bad != 1 || l.Lost != 1 || !strings.Contains(l.Why, "no answer") {
		t.Errorf("%+v", l)
	}
	want := []Line{{"resolve", 2, 3 * us, 3 * us, 3 * us, 3 * us}, {"connect", 2, 5 * us, 5 * us, 5 * us, 5 * us},
		{"tls", 2, 7 * us, 7 * us, 7 * us, 7 * us}, {"wait", 2, -9 * us, 9 * us, -9 * us, -9 * us}, {"transfer", 2, 0, 0, 0, 0}}
	if !slices.Equal(l.Lines, want) {
		t.Errorf("%+v, want %+v", l.Lines, want)
	}
}

func TestRank(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	if rank(hundred, 0.5) != 50 || rank(hundred, 0.99) != 99 || rank(hundred[:1], 0.99) != 1 || rank(hundred[:3], 0.5) != 2 {
		t.Error("ranks are not the nearest")
	}
}

// TestGood: a load whose phases are far off, early, missing or bad is not good.
func TestGood(t *testing.T) {
	well := func() Load {
		l := Load{Name: "alone", Runs: 100}
		for p := range phases {
			l.Lines = append(l.Lines, Line{Phase: p.String(), N: 100, Median: time.Millisecond, P99: time.Second, Least: 0, Most: time.Second})
			l.Samples = append(l.Samples, Sample{p.String(), time.Second, 2 * time.Second})
		}
		return l
	}
	for name, break_ := range map[string]func(*Load){
		"far off": func(l *Load) { l.Lines[3].Median = 4 * time.Millisecond }, "early": func(l *Load) { l.Lines[1].Least = -2 * time.Microsecond },
		"nothing": func(l *Load) { l.Lines[0].N = 0 }, "bad": func(l *Load) { l.Bad = 1 }, "unseen": func(l *Load) { l.Lost = 2 },
	} {
		l := well()
		if break_(&l); Good([]Load{well(), l}) {
			t.Errorf("%s is good", name)
		}
	}
	if !Good([]Load{well()}) || Good(nil) {
		t.Error("one that is well is not good, or none is")
	}
	var b bytes.Buffer
	file := filepath.Join(t.TempDir(), "accuracy.svg")
	if err := errors.Join(Print(&b, Range{time.Millisecond, time.Second}, []Load{well()}), draw(file, []Load{well()})); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err != nil || !bytes.Contains(text, []byte("alone")) || !strings.Contains(b.String(), "1000000") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestOptions(t *testing.T) {
	if o, err := parseArgs(nil, io.Discard); err != nil || len(o.Loads) != 3 || o.Loads[1].Checks != 40 {
		t.Errorf("without options: %+v, %v", o, err)
	}
	for _, args := range [][]string{{"x"}, {"-least", "0s"}, {"-least", "2s", "-most", "1s"}, {"-alone", "1ms"}} {
		if _, err := parseArgs(args, io.Discard); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
