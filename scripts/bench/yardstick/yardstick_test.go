package yardstick

import (
	"bufio"
	"bytes"
	"context"
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

// target starts the server in this process and ends it with the test.
func target(t *testing.T) Target {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	var g errgroup.Group
	g.Go(func() error { return errors.Join(Serve(ctx, w), w.Close()) })
	t.Cleanup(func() {
		stop()
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var to Target
	if err := json.Unmarshal(line, &to); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestLanes: every lane does what its name says, over fresh connections, and what should save bytes does.
func TestLanes(t *testing.T) {
	var meter Meter
	lanes, err := allLanes(target(t), meter.Dial)
	defer release(lanes)
	if err != nil {
		t.Fatal(err)
	}
	cost := map[string]float64{}
	for _, l := range lanes {
		meter.Take()
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
	rows := []Row{{"cpu", 0.4, 0.45, "ms", "n"}, {"bytes", 3600, 3600, "B", ""}, {"compare", 9, 0, "ms", ""}}
	if over, err := Print(&b, rows); over || err != nil || strings.Contains(b.String(), "OVER") {
		t.Errorf("over %v, %v in\n%s", over, err, b.String())
	}
	b.Reset()
	if over, _ := Print(&b, append(rows, Row{"size", 12.1, 12, "MB", ""})); !over || strings.Count(b.String(), "OVER") != 1 {
		t.Errorf("12.1 MB of 12 is not over in\n%s", b.String())
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
	to := Target{Address: "127.0.0.1:1", CA: "x"}
	if _, err := Peak(t.Context(), program("exec sleep 60"), to, t.TempDir(), 300*time.Millisecond); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a daemon without a page is told as %v", err)
	}
	if _, err := Peak(t.Context(), program("echo no such key >&2; exit 3"), to, t.TempDir(), 10*time.Second); err == nil || !strings.Contains(err.Error(), "no such key") {
		t.Errorf("a daemon that ends by itself is told as %v", err)
	}
}

func TestHighWater(t *testing.T) {
	before, err := highWater(os.Getpid())
	if err != nil || before < 1<<20 {
		t.Fatalf("this process has a peak of %d bytes, %v", before, err)
	}
	big := make([]byte, 64<<20)
	for i := range big {
		big[i] = 1
	}
	if after, err := highWater(os.Getpid()); err != nil || after < int64(len(big)) || len(big) == 0 {
		t.Errorf("a peak of %d bytes after %d were used, %v", after, len(big), err)
	}
}

// TestBenchConfig: the daemon under measure has 40 checks over 2 uplinks, and a config that is valid.
func TestBenchConfig(t *testing.T) {
	dir := t.TempDir()
	to := target(t)
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), []byte(to.CA), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse("bench.yaml", []byte(benchConfig(to, dir, "127.0.0.1:0")), dir)
	if err != nil {
		t.Fatal(err)
	}
	checks := 0
	for _, ch := range c.Checks {
		if ch.Ref.Service != "" {
			checks++
		}
	}
	if checks != benchChecks || len(c.Uplinks) != benchUplinks || len(c.Checks) != 43 {
		t.Errorf("%d checks, %d in all, %d uplinks", checks, len(c.Checks), len(c.Uplinks))
	}
}
