package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// mark in the environment tells the program that it is the one inside.
const mark = "EDGEPROBE_SANDBOX"

// title begins the first argument of the program inside, where ps and [List] find it.
const title = "edgeprobe-lab "

// stopWithin is how long the program inside may take to stop before it is killed.
const stopWithin = 10 * time.Second

// Room is what a program needs to be run in a room of its own.
type Room struct {
	Name           string    // shown by ps and [List]; several rooms may share one
	Args           []string  // the program's arguments
	Stdin          io.Reader // nil: nothing to read
	Stdout, Stderr io.Writer // nil: dropped
}

// ExitError says with which code the program inside ended; it has said why itself.
type ExitError struct{ Code int }

// Error says the code.
func (e *ExitError) Error() string { return fmt.Sprintf("ended with code %d", e.Code) }

// Run runs this very program again, in a new room, and returns when it has ended. When ctx ends the program is asked
// to stop with SIGTERM, and killed if it has not after 10 s. An [*ExitError] means that the program ran and failed.
func Run(ctx context.Context, r Room) error {
	// The kernel kills the room when the thread that made it ends, so this thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", r.Args...)
	cmd.Args[0] = title + r.Name
	cmd.Env = append(os.Environ(), mark+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r.Stdin, r.Stdout, r.Stderr
	cmd.SysProcAttr = attributes(os.Geteuid(), os.Getegid())
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopWithin
	if err := cmd.Start(); err != nil {
		return explain(err)
	}
	err := cmd.Wait()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return &ExitError{exit.ExitCode()}
	}
	return err
}

// attributes makes all namespaces new; whoever is not root gets a user namespace that calls him root.
func attributes(uid, gid int) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
		Setpgid:    true, // Ctrl-C reaches it through us alone
	}
	if uid != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}}
	}
	return a
}

func explain(err error) error {
	if os.Geteuid() != 0 && (errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC)) {
		return fmt.Errorf("make a sandbox: %w; run it as root, or allow user namespaces (sysctl user.max_user_namespaces, and kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0 where there is one)", err)
	}
	return fmt.Errorf("make a sandbox: %w", err)
}
