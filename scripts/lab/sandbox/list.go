package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Open is a room that exists now.
type Open struct {
	Name string
	PID  int // of the program inside, as seen from outside
}

// List returns the rooms on this machine, oldest process number first; of other users' only what /proc shows.
func List() ([]Open, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil, fmt.Errorf("list sandboxes: %w", err)
	}
	var found []Open
	for _, p := range paths {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(p)))
		text, err := os.ReadFile(p)
		first, _, _ := bytes.Cut(text, []byte{0})
		name, ours := strings.CutPrefix(string(first), title)
		if err == nil && ours && firstOfItsRoom(pid) { // a process that has just ended cannot be read
			found = append(found, Open{name, pid})
		}
	}
	slices.SortFunc(found, func(a, b Open) int { return a.PID - b.PID })
	return found, nil
}

// firstOfItsRoom reports whether a process has number 1 in its own process namespace, and another in ours.
func firstOfItsRoom(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if numbers, ok := strings.CutPrefix(line, "NSpid:"); ok {
			all := strings.Fields(numbers)
			return len(all) == 2 && all[1] == "1"
		}
	}
	return false
}

// Nodes returns the named network namespaces of a room, in the order of their names.
func (o Open) Nodes() ([]string, error) {
	entries, err := os.ReadDir(o.netns())
	if err != nil {
		return nil, fmt.Errorf("list the nodes of sandbox %s: %w", o.Name, err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

func (o Open) netns() string { return fmt.Sprintf("/proc/%d/root/run/netns", o.PID) }

// Enter returns a command that runs inside a room, in the network of one of its nodes. util-linux's nsenter does it.
func (o Open) Enter(ctx context.Context, node string, argv ...string) (*exec.Cmd, error) {
	nodes, err := o.Nodes()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(nodes, node) {
		return nil, fmt.Errorf("sandbox %s has no node %q; it has: %s", o.Name, node, strings.Join(nodes, ", "))
	}
	if len(argv) == 0 {
		return nil, errors.New("enter a sandbox: no command given")
	}
	args := []string{"--target", strconv.Itoa(o.PID), "--mount", "--pid", "--uts", "--ipc", "--net=" + filepath.Join(o.netns(), node)}
	if os.Geteuid() != 0 {
		args = append(args, "--user", "--preserve-credentials")
	}
	return exec.CommandContext(ctx, "nsenter", append(append(args, "--"), argv...)...), nil
}
