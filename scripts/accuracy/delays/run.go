package delays

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware/agent/supervise"
	"edgeprobe.io/scripts/rig"
)

// Work is what is to be measured.
type Work struct {
	Delay Range         `json:"delay"`
	Alone time.Duration `json:"alone"` // how long one check is measured, run after run
	Load  time.Duration `json:"load"`  // how long each of the others
	Loads []Load        `json:"loads"` // the first is the one alone
}

// Loads are the device with nothing else to do, the design's device, and the same ten times as busy, so that many runs
// are under way all the time.
func Loads() []Load {
	return []Load{
		{Name: "alone", Checks: 1, Uplinks: 1, Every: 50 * time.Millisecond},
		{Name: "40 checks", Checks: rig.Checks, Uplinks: 2, Every: rig.Interval},
		{Name: "ten times", Checks: rig.Checks, Uplinks: 2, Every: rig.Interval / 10},
	}
}

// gcPercent is what edgeprobed sets for itself.
const gcPercent = "40"

// Measure runs this program again as a device in a network namespace of its own, which tells each load as it is done.
func (w Work) Measure(ctx context.Context, told func(Load)) error {
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	cmd, lines, err := again(ctx, isolated(), "device", string(text))
	if err != nil {
		return fmt.Errorf("make a network namespace: %w: run as root, or allow user namespaces", err)
	}
	for {
		var l Load
		if err = lines.Decode(&l); err != nil {
			break
		}
		told(l)
	}
	if ended := cmd.Wait(); ended != nil {
		return fmt.Errorf("run device: %w", ended)
	}
	if errors.Is(err, io.EOF) {
		err = ctx.Err()
	}
	return err
}

// Run is the device: it starts the far end, this program again, in its own namespace, and measures load after load.
func (w Work) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	text, err := json.Marshal(w.Delay)
	if err != nil {
		return err
	}
	far, lines, err := again(ctx, syscall.SysProcAttr{}, "far", string(text))
	if err != nil {
		return fmt.Errorf("start the far end: %w", err)
	}
	defer func() { stop(); _ = far.Wait() }()
	d := &device{lines: lines, log: log}
	if err := lines.Decode(&d.ca); err != nil {
		return fmt.Errorf("start the far end: %w", err)
	}
	told := json.NewEncoder(out)
	return supervise.Run(ctx, []supervise.Task{{Name: "far end", Run: func(ctx context.Context) error {
		defer context.AfterFunc(ctx, stop)()
		return d.listen(ctx)
	}}, {Run: func(ctx context.Context) error {
		for i, l := range w.Loads {
			long := w.Load
			if i == 0 {
				long = w.Alone
			}
			l, err := d.measure(ctx, l, long)
			if err == nil {
				err = told.Encode(l)
			}
			if err != nil {
				return fmt.Errorf("measure %s: %w", l.Name, err)
			}
		}
		return supervise.ErrDone
	}}})
}

// isolated is a network namespace; who is not root has a user namespace first, in which he is.
func isolated() syscall.SysProcAttr {
	a := syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return a
}

// again starts this program in another role, which ends with ctx and with this process.
func again(ctx context.Context, attr syscall.SysProcAttr, args ...string) (*exec.Cmd, *json.Decoder, error) {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), "GOGC="+gcPercent)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	attr.Pdeathsig = syscall.SIGKILL
	cmd.SysProcAttr, cmd.Stderr = &attr, os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, nil, err
	}
	return cmd, json.NewDecoder(bufio.NewReader(out)), nil
}
