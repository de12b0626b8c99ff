package fuzzer

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// Settings say how targets are run.
type Settings struct {
	Root     string        // of the tree
	Tags     string        // that the product is built with
	Time     time.Duration // for each target
	Parallel int           // workers
}

// late is how much longer than its time a target may take: to build, and to make a failing input small.
const late = 10 * time.Minute

// Run runs one target. Each line that the go command says is told at once, too. The error is for a command that could
// not be started and for the end of ctx; a target that fails is an outcome.
func (s Settings) Run(ctx context.Context, t Target, told func(Outcome)) (Outcome, error) {
	o, began := Outcome{Target: t}, time.Now()
	ctx, stop := context.WithTimeout(ctx, s.Time+late)
	defer stop()
	cmd := exec.CommandContext(ctx, "go", "test", "-tags", s.Tags, "-run", "^$", "-fuzz", "^"+t.Name+"$",
		"-fuzztime", s.Time.String(), "-parallel", strconv.Itoa(s.Parallel), "./"+t.Dir)
	cmd.Dir = s.Root
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) } // its workers as well
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return o, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return o, fmt.Errorf("run %s: %w", t, err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		o.hear(lines.Text())
		told(o)
	}
	o.Took = time.Since(began)
	o.ended(errors.Join(lines.Err(), cmd.Wait()))
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		o.Failed, o.Said = true, append(o.Said, fmt.Sprintf("it did not end within %s of its time", late))
		return o, nil
	}
	return o, ctx.Err()
}
