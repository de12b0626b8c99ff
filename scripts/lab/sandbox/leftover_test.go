package sandbox_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/sandbox"
)

// TestNothingIsLeft kills a room from outside in each way there is and looks whether anything of it remains: its
// processes, its namespaces, its mounts.
func TestNothingIsLeft(t *testing.T) {
	for _, way := range []struct {
		name   string
		signal syscall.Signal
		inside bool // the program inside is hit, not the one outside
	}{
		{"kill -9 of the program outside", syscall.SIGKILL, false},
		{"kill -9 of the program inside", syscall.SIGKILL, true},
		{"SIGTERM of the program outside", syscall.SIGTERM, false},
		{"Ctrl-C at the program outside", syscall.SIGINT, false},
	} {
		t.Run(way.name, func(t *testing.T) {
			outside, room := open(t)
			spaces := namespaces(room.PID)
			if len(spaces) != 5 || sees(room.PID, spaces) {
				t.Fatalf("the room has the namespaces %v, some of them ours", spaces)
			}
			pid := outside.Process.Pid
			if way.inside {
				pid = room.PID
			}
			if err := syscall.Kill(pid, way.signal); err != nil {
				t.Fatal(err)
			}
			_ = outside.Wait()
			gone(t, spaces)
			unmounted(t, spaces)
		})
	}
}

// open starts a room with processes and network namespaces in it and returns the process outside.
func open(t *testing.T) (*exec.Cmd, sandbox.Open) {
	t.Helper()
	name := fmt.Sprintf("left-%d-%s", os.Getpid(), t.Name())
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "ROLE=outside", "GUEST=stay", "NAME="+name)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("the room said %q", lines.Text())
	}
	rooms, err := sandbox.List()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rooms, func(o sandbox.Open) bool { return o.Name == name })
	if i < 0 {
		t.Fatalf("room %s is not listed: %v", name, rooms)
	}
	if nodes, err := rooms[i].Nodes(); err != nil || !slices.Equal(nodes, []string{"node"}) {
		t.Errorf("nodes %v, %v", nodes, err)
	}
	enter, err := rooms[i].Enter(t.Context(), "node", "ip", "-br", "link", "show", "far")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := enter.CombinedOutput(); err != nil || !strings.HasPrefix(string(text), "far@") {
		t.Errorf("a command in the room's node: %v: %s", err, text)
	}
	return cmd, rooms[i]
}

// namespaces are those of a process, as the kernel numbers them.
func namespaces(pid int) map[string]bool {
	all := map[string]bool{}
	for _, kind := range []string{"mnt", "pid", "net", "ipc", "uts"} {
		if id, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind)); err == nil {
			all[id] = true
		}
	}
	return all
}

// sees reports whether any process but pid's room is in one of the namespaces.
func sees(pid int, spaces map[string]bool) bool {
	for id := range namespaces(os.Getpid()) {
		if spaces[id] {
			return true
		}
	}
	return pid == os.Getpid()
}

// gone waits until no process of the machine is in any of the namespaces.
func gone(t *testing.T, spaces map[string]bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for {
		left := inhabitants(spaces)
		if len(left) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("processes %v are left in the room", left)
		}
	}
}

func inhabitants(spaces map[string]bool) (left []string) {
	procs, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range procs {
		for _, kind := range []string{"mnt", "pid", "net"} {
			if id, err := os.Readlink(filepath.Join(p, "ns", kind)); err == nil && spaces[id] {
				left = append(left, filepath.Base(p)+" "+kind)
			}
		}
	}
	return left
}

// unmounted holds that no namespace of the room is pinned by a mount of ours, and that no folder of its is here.
func unmounted(t *testing.T, spaces map[string]bool) {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for id := range spaces {
		if strings.Contains(string(mounts), id) {
			t.Errorf("%s is mounted", id)
		}
	}
	if _, err := os.Stat(sandbox.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is here: %v", sandbox.Dir, err)
	}
}
