package sandbox

import (
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// Dir is where the program inside keeps its files: in memory, gone with the room. It is TMPDIR there.
const Dir = "/run/lab"

// Settle reports whether this program is the one inside a room, and furnishes the room when it has just been made:
// an empty /run with /run/netns, a /proc of its own, loopback up, no socket or directory of the host's session in
// the environment.
func Settle() (inside bool, err error) {
	if os.Getenv(mark) == "" {
		return false, nil
	}
	if os.Getpid() != 1 {
		return true, nil
	}
	for _, step := range []func() error{mounts, folders, environment, loopback} {
		if err := step(); err != nil {
			return true, fmt.Errorf("furnish the sandbox: %w", err)
		}
	}
	return true, nil
}

func mounts() error {
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
		data                 string
	}{
		{"", "/", "", unix.MS_REC | unix.MS_PRIVATE, ""},
		{"tmpfs", "/run", "tmpfs", unix.MS_NOSUID, "mode=755"},
		{"proc", "/proc", "proc", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC, ""},
	} {
		if err := unix.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.kind, m.target, err)
		}
	}
	return nil
}

func folders() error {
	for _, d := range []string{"/run/netns", "/run/lock", Dir} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return err
		}
	}
	return nil
}

func environment() error {
	for _, name := range []string{"XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "NOTIFY_SOCKET"} {
		if err := os.Unsetenv(name); err != nil {
			return err
		}
	}
	return os.Setenv("TMPDIR", Dir)
}

func loopback() error {
	if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("set loopback up: %w: %s", err, out)
	}
	return nil
}
