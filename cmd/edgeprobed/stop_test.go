package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"edgeprobe.io/firmware/feed/mosquittotest"
)

func TestStop(t *testing.T) {
	t.Parallel()
	for name, hard := range map[string]func(*fleet, *mosquittotest.Broker){
		"under load": func(*fleet, *mosquittotest.Broker) {},
		"while the provider hangs": func(f *fleet, _ *mosquittotest.Broker) {
			before := f.asked("127.0.11.1")
			f.hangs()
			eventually(f.devices[0].t, "a probe hangs", func() bool { return f.asked("127.0.11.1") > before })
		},
		"while the broker hangs": func(_ *fleet, b *mosquittotest.Broker) { b.Signal(syscall.SIGSTOP) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mosquittotest.Start(t)
			c, f := consume(t, b), newFleet(t, b.URL())
			d := f.devices[0]
			d.page = free(t)
			d.configure(f.provider, b.URL())
			d.start()
			f.flapping()
			c.await("there is load", func([]message) bool { return len(c.events(d.id)) > 20 })
			if _, err := http.Get("http://" + d.page); err != nil {
				t.Errorf("the page does not answer: %v", err)
			}
			hard(f, b)
			t.Logf("stopped in %v", d.stop())
			leftNothing(t, d)
			b.Signal(syscall.SIGCONT)
			f.set(false)
			d.start() // what could not be said then is said now
			c.await("it has come back", func(ms []message) bool { return births(t, ms, d.id) >= 2 })
		})
	}
}

// leftNothing looks for what a device that has stopped could have left behind.
func leftNothing(t *testing.T, d *device) {
	t.Helper()
	if err := syscall.Kill(-d.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("a process of its group still runs: %v", err)
	}
	l, err := net.Listen("tcp", d.page)
	if err != nil {
		t.Fatalf("the page's address is not free: %v", err)
	}
	_ = l.Close()
	for dir, want := range map[string][]string{
		d.tmp:                         nil,
		d.dir:                         {"device.key", "edgeprobe.yaml", "store"},
		filepath.Join(d.dir, "store"): {"journal.db"}, // its log has been moved into it
	} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Name())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q stand in %s, want %q", got, dir, want)
		}
	}
	journal := d.journal()
	replayed, err := journal.Replay()
	if _, made := journal.Last(); err != nil || made == 0 || replayed.Transitions != int(made) {
		t.Errorf("%d of %d transitions replay: %v", replayed.Transitions, made, err)
	}
}

// TestNothingRunsAfterTheEnd runs the program within the test, which can count its goroutines. It is not parallel:
// others' goroutines would count as well.
func TestNothingRunsAfterTheEnd(t *testing.T) {
	b := mosquittotest.Start(t)
	c, f := consume(t, b), newFleet(t, b.URL())
	d := f.devices[0]
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	base := runtime.NumGoroutine()
	for i := range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		code := make(chan int, 1)
		go func() { code <- run(ctx, []string{"--config", filepath.Join(d.dir, "edgeprobe.yaml")}, null, null) }()
		f.flapping()
		n := len(c.events(d.id))
		c.await("there is load", func(ms []message) bool { return len(c.events(d.id)) > n+10 && births(t, ms, d.id) > i })
		cancel()
		if got := <-code; got != 0 {
			t.Fatalf("run returned %d", got)
		}
		defer func() {
			if t.Failed() {
				stacks := make([]byte, 1<<18)
				t.Logf("%s", stacks[:runtime.Stack(stacks, true)])
			}
		}()
		eventually(t, "every goroutine has ended", func() bool { return runtime.NumGoroutine() <= base })
	}
}

// free finds an address that nobody listens on now.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
