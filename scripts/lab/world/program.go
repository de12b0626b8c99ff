package world

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// lastLines is how much of a program's log is told when it dies.
const lastLines = 8

// program is a process in a node, with a log of its own that survives restarts.
type program struct {
	world *World
	name  string // for people, and of its log
	node  string
	argv  []string
	died  func(words string)  // called when it ended by itself; nil: that fails the world
	early func(pid int) error // called before its first instruction; nil: not

	life sync.Mutex // held by who starts or stops it, where several may

	mu      sync.Mutex
	process *os.Process   // nil: it does not run
	ended   chan struct{} // closed when the newest process has ended
	wanted  bool          // it shall run: its end is a fault of the world
}

// program makes a program known under its name.
func (w *World) program(name, node string, argv ...string) *program {
	p := &program{world: w, name: name, node: node, argv: argv}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.programs[name] = p
	return p
}

// named returns a program by its name; nil when nobody has made it.
func (w *World) named(name string) *program {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.programs[name]
}

// logPath is where its output is kept.
func (p *program) logPath() string { return filepath.Join(p.world.dir, p.name+".log") }

// start starts it. It must not run.
func (p *program) start() error {
	log, err := os.OpenFile(p.logPath(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	defer log.Close()
	cmd := exec.Command(p.argv[0], p.argv[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, p.world.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.world.net.In(p.node, func() error { return p.begin(cmd) }); err != nil {
		return fmt.Errorf("start %s (scripts/setup.sh installs what is missing): %w", p.name, err)
	}
	ended := make(chan struct{})
	p.mu.Lock()
	p.process, p.ended, p.wanted = cmd.Process, ended, true
	p.mu.Unlock()
	p.world.group.Go(func() error { p.wait(cmd, ended); return nil })
	return nil
}

// begin starts the process, which waits before its first instruction where something must be done then. The thread
// must be the caller's alone: the kernel lets only the one that began a traced process let it go.
func (p *program) begin(cmd *exec.Cmd) error {
	if p.early == nil {
		return cmd.Start()
	}
	cmd.SysProcAttr.Ptrace = true
	if err := cmd.Start(); err != nil {
		return err
	}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WALL, nil); err != nil || !status.Stopped() {
		return fmt.Errorf("it did not stop at its beginning: %v, %w", status, err)
	}
	err := p.early(cmd.Process.Pid)
	return errors.Join(err, syscall.PtraceDetach(cmd.Process.Pid))
}

// wait waits for the end, and fails the world when nobody wanted it.
func (p *program) wait(cmd *exec.Cmd, ended chan struct{}) {
	err := cmd.Wait()
	p.mu.Lock()
	surprise := p.wanted
	p.process = nil
	p.mu.Unlock()
	close(ended)
	switch {
	case surprise && p.died != nil:
		p.died(fmt.Sprintf("%v; its last words:\n%s", cmd.ProcessState, p.tail()))
	case surprise:
		p.world.fail(fmt.Errorf("%s ended by itself (%v, %v); its last words:\n%s", p.name, cmd.ProcessState, err, p.tail()))
	}
}

// running reports whether it runs.
func (p *program) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.process != nil
}

// pid is its process; 0 when it does not run.
func (p *program) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process == nil {
		return 0
	}
	return p.process.Pid
}

// wants reports whether it shall run.
func (p *program) wants() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wanted
}

// signal sends a signal; a program that does not run has none.
func (p *program) signal(s syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process == nil {
		return fmt.Errorf("signal %s: it does not run", p.name)
	}
	return p.process.Signal(s)
}

// stop ends it with a signal and waits; after the given time it is killed, which is an error.
func (p *program) stop(s syscall.Signal, within time.Duration) error {
	p.mu.Lock()
	process, ended := p.process, p.ended
	p.wanted = false
	p.mu.Unlock()
	if process == nil {
		return nil
	}
	if err := process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-ended:
		return nil
	case <-late.C:
		_ = process.Kill()
		<-ended
		return fmt.Errorf("stop %s: it did not end within %v and was killed", p.name, within)
	}
}

// listening waits until something answers in the program's node at "ip:port".
func (p *program) listening(ctx context.Context, network, address string) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		c, err := p.world.net.Dial(ctx, p.node, network, address)
		if err == nil {
			return c.Close()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not listen at %s: %w; its last words:\n%s", p.name, address, err, p.tail())
		}
	}
}

// tail returns the last lines of its log, indented.
func (p *program) tail() string {
	text, err := os.ReadFile(p.logPath())
	if err != nil || len(text) == 0 {
		return "  (none)"
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return "  " + strings.Join(lines[max(0, len(lines)-lastLines):], "\n  ")
}
