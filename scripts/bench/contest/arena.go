package contest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/scripts/bench/yardstick"
)

// The link between the probers and their server, and who has which address on it.
const (
	link     = "bench0"
	far      = "bench1"
	serverIP = "10.99.0.2"
	server   = serverIP + ":8443"
)

// Sources returns the addresses of the probers' end of the link.
func Sources() []string { return []string{"10.99.0.1", "10.99.0.3"} }

// Apart returns a command that runs this program again, with a network of its own in which nothing is up. Root may have
// one; everybody else needs a user namespace, in which they are root.
func Apart(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return cmd
}

// Arena is the server, and the link to it.
type Arena struct {
	Target  yardstick.Target
	server  *exec.Cmd
	ask     io.WriteCloser
	answers *json.Decoder
}

// Open makes the link in this process's network, which must be its own (see [Apart]), and starts the server at its far
// end: this program again, with the argument serve, which must call [Serve].
func Open(ctx context.Context) (*Arena, error) {
	a := &Arena{server: Apart(ctx, "serve")}
	var err error
	if a.ask, err = a.server.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := a.server.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := a.server.Start(); err != nil {
		return nil, fmt.Errorf("start server in a network of its own: %w; run as root, or allow user namespaces", err)
	}
	a.answers = json.NewDecoder(bufio.NewReader(out))
	err = run(
		"ip link set lo up",
		"ip link add "+link+" type veth peer name "+far+" netns "+strconv.Itoa(a.server.Process.Pid),
		"ip address add "+Sources()[0]+"/24 dev "+link,
		"ip address add "+Sources()[1]+"/24 dev "+link,
		"ip link set "+link+" up",
		"ip route add default via "+serverIP,
		"ethtool -K "+link+" tso off gso off gro off") // packets as on a real wire
	if err == nil {
		_, err = io.WriteString(a.ask, "the link is there\n")
	}
	if err == nil {
		err = a.answers.Decode(&a.Target)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open arena: %w", err), a.Close())
	}
	return a, nil
}

// Serve is the server: it takes its end of the link, and answers at it until questions end.
func Serve(questions io.Reader, answers io.Writer) error {
	lines := bufio.NewReader(questions)
	if _, err := lines.ReadString('\n'); err != nil {
		return fmt.Errorf("wait for the link: %w", err)
	}
	err := run(
		"ip address add "+serverIP+"/24 dev "+far,
		"ip link set "+far+" up",
		"ethtool -K "+far+" tso off gso off gro off")
	if err != nil {
		return err
	}
	return yardstick.Serve(server, lines, answers)
}

// Close ends the server; the link goes with it.
func (a *Arena) Close() error {
	return errors.Join(a.ask.Close(), a.server.Wait())
}

// counts asks the server what it has seen.
func (a *Arena) counts() (c yardstick.Counts, err error) {
	if _, err = io.WriteString(a.ask, "?\n"); err == nil {
		err = a.answers.Decode(&c)
	}
	return c, err
}

// run runs commands in this process's network.
func run(lines ...string) error {
	for _, line := range lines {
		words := strings.Fields(line)
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s; scripts/setup.sh bench installs what is missing", line, err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}
