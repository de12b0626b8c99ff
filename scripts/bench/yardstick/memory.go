package yardstick

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"edgeprobe.io/firmware/statuspage"
)

// Peak runs the daemon as a device for so long, and returns its peak resident memory in bytes; see [Device.Play].
func Peak(ctx context.Context, daemon string, dev Device, dir string, long time.Duration) (peak int64, err error) {
	err = dev.Play(ctx, daemon, dir, long, func(pid int, _ statuspage.View) error {
		peak, err = HighWater(pid)
		return err
	})
	return peak, err
}

// Play runs the daemon as the device for so long, and has last look at it at the end, while it still runs. Everything it
// writes goes below dir. A daemon that ends early is an error, with what it said last, and so is one that has not
// measured everything, with success, by then.
func (d Device) Play(ctx context.Context, daemon, dir string, long time.Duration, last func(pid int, v statuspage.View) error) error {
	page, err := FreeAddress()
	if err != nil {
		return err
	}
	file, err := d.Write(dir, page)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	running, stop := context.WithTimeout(ctx, long)
	defer stop()
	cmd := exec.CommandContext(running, daemon, "--config", file)
	cmd.Stdout, cmd.Stderr = &said, &said
	var looked error
	cmd.Cancel = func() error { // the last moment at which it still has a memory to ask about
		v, err := d.view(ctx, "http://"+page)
		if err == nil {
			err = errors.Join(last(cmd.Process.Pid, v), d.measured(v))
		}
		looked = err
		return cmd.Process.Signal(syscall.SIGTERM)
	}
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case running.Err() == nil:
		return fmt.Errorf("run daemon: it ended by itself (%w): %s", errors.Join(err, errEarly), LastLines(said.String(), 5))
	}
	return looked
}

var errEarly = errors.New("too early")

// FreeAddress is a loopback address where nobody listens.
func FreeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find free port: %w", err)
	}
	return ln.Addr().String(), ln.Close()
}

// HighWater reads VmHWM of a process (proc(5)), in bytes.
func HighWater(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read peak memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != "VmHWM:" {
			continue
		}
		kib, err := strconv.ParseInt(words[1], 10, 64)
		return kib * 1024, err
	}
	return 0, errors.New("read peak memory: no VmHWM line")
}

// LastLines returns the last n lines of a text.
func LastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
