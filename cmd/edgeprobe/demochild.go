package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// stopWithin is how long a daemon may take to stop before it is killed.
const stopWithin = 1800 * time.Millisecond

// lastLines is how much of a daemon's log is shown when it dies.
const lastLines = 12

// child is a daemon as a process of its own. Its output goes to a log file.
type child struct {
	program string
	args    []string
	log     string
}

// run runs the process until ctx ends and stops it then: SIGTERM, and SIGKILL when it takes too long, which is an
// error. A process that ends by itself is one too, with its last words. It never outlives this program.
func (c child) run(ctx context.Context) error {
	// The kernel kills the process when the thread that started it ends, so this thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	log, err := os.OpenFile(c.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the daemon's log: %w", err)
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, c.program, c.args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true} // Ctrl-C reaches it through us alone
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopWithin
	err = cmd.Run()
	switch {
	case cmd.ProcessState == nil:
		return fmt.Errorf("start %s: %w", c.program, err)
	case ctx.Err() == nil:
		return fmt.Errorf("the daemon ended by itself (%v); its last words:\n%s", cmd.ProcessState, c.tail())
	case killed(cmd.ProcessState):
		return fmt.Errorf("the daemon did not stop within %v and was killed; its last words:\n%s", stopWithin, c.tail())
	case !cmd.ProcessState.Success():
		return fmt.Errorf("the daemon stopped badly (%v); its last words:\n%s", cmd.ProcessState, c.tail())
	}
	return nil
}

func killed(s *os.ProcessState) bool {
	status, ok := s.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// tail returns the last lines of the log, indented.
func (c child) tail() string {
	data, err := os.ReadFile(c.log)
	if err != nil || len(data) == 0 {
		return "  (none)"
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	lines = lines[max(0, len(lines)-lastLines):]
	return "  " + strings.Join(lines, "\n  ")
}
