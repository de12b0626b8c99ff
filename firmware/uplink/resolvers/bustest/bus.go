package bustest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Bus is a bus that can be ended and launched again, at the same address.
type Bus struct {
	Address string // as in DBUS_SYSTEM_BUS_ADDRESS

	t   testing.TB
	dir string
	cmd *exec.Cmd
}

// conf lets everybody do everything.
const conf = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>%s</listen>
  <servicedir>%s</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/><allow user="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
  <limit name="reply_timeout">60000</limit>
</busconfig>
`

// Start starts a bus that fails to start a daemon for whoever asks one that is not there. It is killed when the test
// ends.
func Start(t testing.TB) *Bus {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // the test's own is too long for the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	b := &Bus{Address: "unix:path=" + filepath.Join(dir, "s"), t: t, dir: dir}
	files := map[string]string{"bus.conf": fmt.Sprintf(conf, b.Address, dir)}
	for _, name := range []string{resolved, manager} {
		files[name+".service"] = "[D-BUS Service]\nName=" + name + "\nExec=/bin/false\n"
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.Launch()
	t.Cleanup(func() { b.End() })
	return b
}

func (b *Bus) conf() string { return filepath.Join(b.dir, "bus.conf") }

// Launch launches the bus, after [Bus.End] again, and waits until it listens.
func (b *Bus) Launch() {
	b.t.Helper()
	b.cmd = exec.Command("dbus-daemon", "--config-file="+b.conf(), "--nofork", "--nopidfile", "--print-address")
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var complaints strings.Builder
	b.cmd.Stderr = &complaints
	says, err := b.cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		b.t.Fatalf("start a bus (Debian's package dbus must be installed): %v", err)
	}
	if line, err := bufio.NewReader(says).ReadString('\n'); err != nil || !strings.HasPrefix(line, "unix:") {
		b.End()
		b.t.Fatalf("the bus says %q instead of its address: %v: %s", line, err, &complaints)
	}
}

// Signal sends the bus a signal, such as SIGSTOP.
func (b *Bus) Signal(s syscall.Signal) {
	b.t.Helper()
	if err := b.cmd.Process.Signal(s); err != nil {
		b.t.Fatalf("signal the bus: %v", err)
	}
}

// End kills the bus and waits for it.
func (b *Bus) End() {
	_ = b.cmd.Process.Kill() // it may have ended
	_ = b.cmd.Wait()         // being killed is no fault
}

// Connect connects to the bus until the test ends.
func (b *Bus) Connect() *dbus.Conn {
	b.t.Helper()
	c, err := dbus.Connect(b.Address)
	if err != nil {
		b.t.Fatalf("connect to the bus: %v", err)
	}
	b.t.Cleanup(func() { c.Close() })
	return c
}
