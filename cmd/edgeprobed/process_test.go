package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stopWithin is how long a daemon may take to stop.
const stopWithin = 2 * time.Second

// process is a running daemon.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	log   string
	ended chan struct{}
	err   error // how it ended; once ended is closed
}

// start starts the daemon. What it writes is shown when the test fails.
func (d *device) start() {
	d.t.Helper()
	p := &process{t: d.t, log: filepath.Join(d.tmp, "..", d.id+".log"), ended: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer log.Close()
	p.cmd = exec.Command(daemon(), "--config", filepath.Join(d.dir, "edgeprobe.yaml"))
	p.cmd.Dir, p.cmd.Env = d.tmp, append(os.Environ(), "TMPDIR="+d.tmp, "HOME="+d.tmp)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		d.t.Fatalf("start the daemon: %v", err)
	}
	go func() {
		defer close(p.ended)
		p.err = p.cmd.Wait()
	}()
	first := d.process == nil
	d.process = p
	if first {
		d.t.Cleanup(d.bury)
	}
}

// bury ends whatever still runs, and shows the log of a test that failed.
func (d *device) bury() {
	_ = d.cmd.Process.Kill() // it may have ended
	<-d.ended
	if !d.t.Failed() {
		return
	}
	if data, err := os.ReadFile(d.log); err == nil {
		lines := strings.Split(string(data), "\n")
		d.t.Logf("the last words of %s:\n%s", d.id, strings.Join(lines[max(0, len(lines)-40):], "\n"))
	}
}

// stop asks the daemon to stop, and returns how long that took. It must stop cleanly and in time.
func (d *device) stop() time.Duration {
	d.t.Helper()
	asked := time.Now()
	err := d.end(syscall.SIGTERM)
	took := time.Since(asked)
	if err != nil || took > stopWithin {
		d.t.Errorf("%s stopped after %v: %v; want exit code 0 within %v", d.id, took, err, stopWithin)
	}
	return took
}

// kill ends the daemon as a power cut would.
func (d *device) kill() {
	d.t.Helper()
	var exit *exec.ExitError
	if err := d.end(syscall.SIGKILL); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		d.t.Fatalf("%s ended before it was killed: %v", d.id, err)
	}
}

// end ends the daemon with a signal and returns how it ended.
func (d *device) end(s syscall.Signal) error {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		d.t.Fatalf("%s had ended already: %v", d.id, err)
	}
	select {
	case <-d.ended:
		return d.err
	case <-time.After(patient):
		d.t.Fatalf("%s did not end within %v of %v", d.id, patient, s)
		return nil
	}
}

// eventually waits until what is so, for what no channel tells.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited %v in vain until %s", patient, what)
		}
	}
}
