package yardstick

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware/config"
)

// target starts the server in this process and ends it with the test. ask asks what it has seen.
func target(t *testing.T) (to Target, ask func() Counts) {
	t.Helper()
	said, w := io.Pipe()
	questions, asked := io.Pipe()
	var g errgroup.Group
	g.Go(func() error { return errors.Join(Serve("127.0.0.1:0", questions, w), w.Close()) })
	t.Cleanup(func() {
		_ = asked.Close()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
	answers := json.NewDecoder(said)
	if err := answers.Decode(&to); err != nil {
		t.Fatal(err)
	}
	return to, func() (c Counts) {
		t.Helper()
		if _, err := io.WriteString(asked, "?\n"); err != nil {
			t.Fatal(err)
		}
		if err := answers.Decode(&c); err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// TestLanes: every lane does what its name says, over fresh connections, and what should save bytes does.
func TestLanes(t *testing.T) {
	var meter Meter
	to, ask := target(t)
	lanes, err := allLanes(to, meter.Dial)
	defer release(lanes)
	if err != nil {
		t.Fatal(err)
	}
	cost := map[string]float64{}
	for _, l := range lanes {
		meter.Take()
		before := ask()
		for range 5 {
			if err := l.Once(); err != nil {
				t.Fatalf("%s: %v", l.Name, err)
			}
		}
		conns, each := meter.Take()
		if conns != 5 {
			t.Errorf("%s: %d connections for 5 runs, want fresh ones", l.Name, conns)
		}
		cost[l.Name] = each
		want := Counts{Requests: 5, Full: 5}
		if strings.Contains(l.Name, "resumed") {
			want = Counts{Requests: 5, Resumed: 5}
		}
		if seen := ask().Minus(before); seen != want {
			t.Errorf("%s: the server has seen %+v, want %+v", l.Name, seen, want)
		}
	}
	order := []string{"edgeprobe, resumed, HEAD", "edgeprobe, resumed", "edgeprobe, full"}
	for i, more := range order[1:] {
		if less := order[i]; cost[less] >= cost[more] || cost[less] == 0 {
			t.Errorf("%s costs %.0f bytes, %s %.0f", less, cost[less], more, cost[more])
		}
	}
	if bare := cost["bare net/http, full"]; bare < 3000 || bare > 8000 {
		t.Errorf("bare net/http costs %.0f bytes in full", bare)
	}
}

// TestMeter: payload is counted once, and each full segment brings its headers.
func TestMeter(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	const payload = 200 * 1448
	var g errgroup.Group
	g.Go(func() error {
		conn, err := ln.Accept()
		if err != nil {
			return err
		}
		_, err = conn.Write(make([]byte, payload))
		return errors.Join(err, conn.Close())
	})
	var m Meter
	conn, err := m.Dial(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, conn); err != nil || n != payload {
		t.Fatalf("read %d bytes, %v", n, err)
	}
	for range 2 { // the second close counts nothing
		_ = conn.Close()
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	least, most := float64(payload+200*headerBytes), float64(payload+500*headerBytes)
	if conns, got := m.Take(); conns != 1 || got < least || got > most {
		t.Errorf("%d connections of %.0f bytes, want one of %.0f to %.0f", conns, got, least, most)
	}
}

func TestRace(t *testing.T) {
	busy := func(n int) func() error {
		return func() error {
			sum := 0
			for i := range n {
				sum += i * i
			}
			if sum == 1 {
				return errors.New("cannot be")
			}
			return nil
		}
	}
	ms, err := Race([]Lane{{Name: "heavy", Once: busy(20_000_000)}, {Name: "light", Once: busy(1_000_000)}}, 3, 3)
	if err != nil || ms[0] < 4*ms[1] || ms[1] <= 0 {
		t.Errorf("heavy %.3f ms, light %.3f ms, %v: twenty times the work must show", ms[0], ms[1], err)
	}
	broken := errors.New("broken")
	if _, err := Race([]Lane{{Name: "x", Once: func() error { return broken }}}, 1, 1); !errors.Is(err, broken) || !strings.Contains(err.Error(), "x") {
		t.Errorf("a lane's failure is told as %v", err)
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	rows := []Row{
		{What: "cpu", Value: 0.4, Budget: 0.45, Unit: "ms", Bare: 0.5, Note: "n"},
		{What: "bytes", Value: 3600, Budget: 3600, Unit: "B", Peer: 0.77}, {What: "compare", Value: 9, Unit: "ms"},
	}
	if err := Print(&b, rows); AnyOver(rows) || err != nil || strings.Contains(b.String(), "OVER") || strings.Contains(b.String(), "0.00") {
		t.Errorf("%v in\n%s", err, b.String())
	}
	b.Reset()
	rows = append(rows, Row{What: "size", Value: 12.1, Budget: 12, Unit: "MB"})
	if err := Print(&b, rows); err != nil || !AnyOver(rows) || strings.Count(b.String(), "OVER") != 1 {
		t.Errorf("12.1 MB of 12 is not over in\n%s", b.String())
	}
}

func TestRounds(t *testing.T) {
	r := Rounds("cpu", "ms", []float64{0.5, 0.3, 0.4})
	if r.Value != 0.4 || r.Least != 0.3 || r.Most != 0.5 || r.Unit != "ms" {
		t.Errorf("rounds of 0.5, 0.3 and 0.4 are %+v", r)
	}
	var b bytes.Buffer
	if err := Print(&b, []Row{r}); err != nil || !strings.Contains(b.String(), "0.40 ms  0.30 to 0.50") {
		t.Errorf("%v in\n%s", err, b.String())
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		in   []float64
		want float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.in); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.in, got, c.want)
		}
	}
}

// TestPeak: neither a process that ends by itself nor one that does not do the work has a figure.
func TestPeak(t *testing.T) {
	program := func(script string) string {
		file := filepath.Join(t.TempDir(), "daemon")
		if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return file
	}
	dev := Device{To: Target{Address: "127.0.0.1:1", CA: "x"}, Sources: []string{"127.0.41.1"}, Interval: time.Second}
	if _, err := Peak(t.Context(), program("exec sleep 60"), dev, t.TempDir(), 300*time.Millisecond); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a daemon without a page is told as %v", err)
	}
	if _, err := Peak(t.Context(), program("echo no such key >&2; exit 3"), dev, t.TempDir(), 10*time.Second); err == nil || !strings.Contains(err.Error(), "no such key") {
		t.Errorf("a daemon that ends by itself is told as %v", err)
	}
}

func TestHighWater(t *testing.T) {
	before, err := HighWater(os.Getpid())
	if err != nil || before < 1<<20 {
		t.Fatalf("this process has a peak of %d bytes, %v", before, err)
	}
	big := make([]byte, 64<<20)
	for i := range big {
		big[i] = 1
	}
	if after, err := HighWater(os.Getpid()); err != nil || after < int64(len(big)) || len(big) == 0 {
		t.Errorf("a peak of %d bytes after %d were used, %v", after, len(big), err)
	}
}

// TestDevice: the device under measure has 40 checks over each uplink, half of them dark if so wished, and a config that
// is valid.
func TestDevice(t *testing.T) {
	to, _ := target(t)
	for _, d := range []Device{
		{To: to, Sources: []string{"127.0.41.1", "127.0.41.2"}, Interval: 10 * time.Second},
		{To: to, Sources: []string{"127.0.41.1"}, Interval: time.Second, Full: true, Keys: "keep: true", Dark: "192.0.2.1:9"},
	} {
		dir := t.TempDir()
		file, err := d.Write(dir, "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		checks, dark := 0, 0
		for _, ch := range c.Checks {
			if ch.Ref.Service != "" {
				checks++
				if ch.Interval != d.Interval || ch.HTTP.Keep != d.Full {
					t.Errorf("%s runs each %v, kept %v", ch.Ref, ch.Interval, ch.HTTP.Keep)
				}
			}
			if ch.HTTP.Address == d.Dark {
				dark++
			}
		}
		if checks != Checks || len(c.Uplinks) != len(d.Sources) || len(c.Checks) != Checks+3 || c.Probe.Resume == d.Full {
			t.Errorf("%d checks, %d in all, %d uplinks, resumption %v", checks, len(c.Checks), len(c.Uplinks), c.Probe.Resume)
		}
		if want := map[bool]int{true: Checks / 2}[d.Dark != ""]; dark != want {
			t.Errorf("%d checks are dark, want %d", dark, want)
		}
	}
}
