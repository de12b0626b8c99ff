package mosquittotest

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

const (
	program  = "/usr/sbin/mosquitto"
	starting = 20 * time.Second // how long a broker may take until it listens
)

// Broker is a broker that can be ended and launched again, on the same port and with the same files.
type Broker struct {
	Address string // "127.0.0.1:port"
	Dir     string // its files; "mosquitto.db" among them when it has "persistence true"

	t   testing.TB
	cmd *exec.Cmd
}

// Start starts a broker on a free port, with further lines of configuration. Everybody may use it, and it forgets
// nothing that waits for a consumer, unless the lines say otherwise. It is killed when the test ends.
func Start(t testing.TB, lines ...string) *Broker {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return StartAt(t, l.Addr().String(), lines...)
}

// StartAt is [Start] at a given "127.0.0.1:port".
func StartAt(t testing.TB, address string, lines ...string) *Broker {
	t.Helper()
	b := &Broker{Address: address, Dir: t.TempDir(), t: t}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("listener %s %s\nmax_queued_messages 0\nlog_dest none\npersistence_location %s/\n", port, host, b.Dir)
	if os.Getuid() == 0 {
		text += "user root\n"
	}
	if !strings.Contains(strings.Join(lines, "\n"), "allow_anonymous") {
		text += "allow_anonymous true\n"
	}
	if err := os.WriteFile(b.conf(), []byte(text+strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.Launch()
	t.Cleanup(func() { b.End(syscall.SIGKILL) })
	return b
}

// URL is what a device's config calls the broker.
func (b *Broker) URL() string { return "mqtt://" + b.Address }

// Launch launches the broker, after [Broker.End] again, and waits until it listens.
func (b *Broker) Launch() {
	b.t.Helper()
	b.cmd = exec.Command(program, "-c", b.conf())
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := b.cmd.Start(); err != nil {
		b.t.Fatalf("start the broker (Debian's package mosquitto must be installed): %v", err)
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), starting)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := net.Dial("tcp", b.Address); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			b.t.Fatalf("the broker does not listen on %s after %v", b.Address, starting)
		}
	}
}

// Signal sends the broker a signal, such as SIGSTOP, or SIGUSR1 on which it writes its database.
func (b *Broker) Signal(s syscall.Signal) {
	b.t.Helper()
	if err := b.cmd.Process.Signal(s); err != nil {
		b.t.Fatalf("signal the broker: %v", err)
	}
}

// End ends the broker with s and waits for it.
func (b *Broker) End(s syscall.Signal) {
	_ = b.cmd.Process.Signal(s) // it may have ended
	_ = b.cmd.Wait()            // being killed is no fault
}

func (b *Broker) conf() string { return filepath.Join(b.Dir, "mosquitto.conf") }
