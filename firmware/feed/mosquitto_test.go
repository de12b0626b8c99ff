package feed

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patient is how long a test waits for what must happen.
const patient = 20 * time.Second

// mosquitto is the real broker of Debian, on a port of its own.
type mosquitto struct {
	t    testing.TB
	conf string
	port int
	cmd  *exec.Cmd
}

// startMosquitto starts a broker with further lines of configuration.
func startMosquitto(t testing.TB, lines ...string) *mosquitto {
	t.Helper()
	dir, l := t.TempDir(), listen(t)
	m := &mosquitto{t: t, conf: filepath.Join(dir, "mosquitto.conf"), port: l.Addr().(*net.TCPAddr).Port}
	_ = l.Close()
	text := fmt.Sprintf("listener %d 127.0.0.1\nmax_queued_messages 0\nlog_dest none\npersistence_location %s/\n", m.port, dir)
	if os.Getuid() == 0 {
		text += "user root\n"
	}
	if !strings.Contains(strings.Join(lines, "\n"), "allow_anonymous") {
		text += "allow_anonymous true\n"
	}
	if err := os.WriteFile(m.conf, []byte(text+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m.start()
	t.Cleanup(func() { m.end(syscall.SIGKILL) })
	return m
}

func (m *mosquitto) url() string { return fmt.Sprintf("mqtt://127.0.0.1:%d", m.port) }

// start starts the broker and waits until it listens.
func (m *mosquitto) start() {
	m.t.Helper()
	m.cmd = exec.Command("/usr/sbin/mosquitto", "-c", m.conf)
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := m.cmd.Start(); err != nil {
		m.t.Fatalf("start the broker (Debian's package mosquitto must be installed): %v", err)
	}
	eventually(m.t, "the broker listens", func() bool {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", m.port))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

func (m *mosquitto) signal(s syscall.Signal) {
	m.t.Helper()
	if err := m.cmd.Process.Signal(s); err != nil {
		m.t.Fatal(err)
	}
}

// end ends the broker with s and waits for it.
func (m *mosquitto) end(s syscall.Signal) {
	_ = m.cmd.Process.Signal(s) // it may have ended
	_ = m.cmd.Wait()            // being killed is no fault
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// eventually waits until what is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited %v in vain until %s", patient, what)
		}
	}
}
