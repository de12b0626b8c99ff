package yardstick

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"edgeprobe.io/firmware/statuspage"
)

// Peak runs the daemon on 40 checks over 2 uplinks against a server, for so long, and returns its peak resident memory
// in bytes. Everything it writes goes below dir. A daemon that ends early is an error, with what it said last, and so is
// one that has not measured everything, with success, by then.
func Peak(ctx context.Context, daemon string, to Target, dir string, long time.Duration) (int64, error) {
	file := filepath.Join(dir, "bench.yaml")
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), []byte(to.CA), 0o600); err != nil {
		return 0, fmt.Errorf("write bench config: %w", err)
	}
	page, err := freeAddress()
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(file, []byte(benchConfig(to, filepath.Join(dir, "store"), page)), 0o600); err != nil {
		return 0, fmt.Errorf("write bench config: %w", err)
	}
	var said bytes.Buffer
	running, stop := context.WithTimeout(ctx, long)
	defer stop()
	cmd := exec.CommandContext(running, daemon, "--config", file)
	cmd.Stdout, cmd.Stderr = &said, &said
	var peak int64
	var read error
	cmd.Cancel = func() error { // the last moment at which it still has a memory to ask about
		peak, read = highWater(cmd.Process.Pid)
		read = errors.Join(read, allMeasured(ctx, "http://"+page))
		return cmd.Process.Signal(syscall.SIGTERM)
	}
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case running.Err() == nil:
		return 0, fmt.Errorf("run daemon: it ended by itself (%w): %s", errors.Join(err, errEarly), lastLines(said.String(), 5))
	}
	return peak, read
}

var errEarly = errors.New("too early")

// freeAddress is a loopback address where nobody listens.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find free port: %w", err)
	}
	return ln.Addr().String(), ln.Close()
}

// allMeasured asks the daemon's page whether it did the work that it was measured at.
func allMeasured(ctx context.Context, page string) error {
	client, err := statuspage.NewClient(page)
	if err != nil {
		return err
	}
	defer client.Close()
	view, err := client.View(ctx)
	if err != nil {
		return err
	}
	good := 0
	for _, s := range view.Services {
		for _, c := range s.Checks {
			if c.Outcome.OK() {
				good++
			}
		}
	}
	if good != benchChecks*benchUplinks {
		return fmt.Errorf("measure daemon: %d of %d checks were good: its memory says nothing", good, benchChecks*benchUplinks)
	}
	return nil
}

// highWater reads VmHWM of a process (proc(5)), in bytes.
func highWater(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read peak memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != "VmHWM:" {
			continue
		}
		kib, err := strconv.ParseInt(words[1], 10, 64)
		return kib * 1024, err
	}
	return 0, errors.New("read peak memory: no VmHWM line")
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// How much the daemon under measure has to do.
const (
	benchChecks  = 40
	benchUplinks = 2
)

// benchConfig is a config of 10 services with 4 checks each, over 2 unmetered uplinks, with 3 controls.
func benchConfig(to Target, store, page string) string {
	var b strings.Builder
	_, port, _ := strings.Cut(to.Address, ":")
	fmt.Fprintf(&b, `device: bench
fleet:
  - {id: bench, site: bench, region: eu, uplinks: [{name: one, network: net-one}, {name: two, network: net-two}]}
uplinks:
  - {name: one, source: 127.0.41.1, resolvers: ["127.0.0.1:1"]}
  - {name: two, source: 127.0.41.2, resolvers: ["127.0.0.1:1"]}
trust: file:ca.pem
store: {dir: %q}
statuspage: {listen: %q}
services:
`, store, page)
	for service := range benchChecks / 4 {
		fmt.Fprintf(&b, "  - name: service-%d\n    checks:\n", service)
		for i, role := range []string{"edge", "edge", "edge", "origin"} {
			fmt.Fprintf(&b, "      - {name: %s-%d, kind: http, role: %s, url: \"https://%s:%s/%d/%d\", address: %s, interval: 10s}\n",
				role, i, role, Host, port, service, i, to.Address)
		}
	}
	b.WriteString("controls:\n")
	for i := range 3 {
		fmt.Fprintf(&b, "  - {name: control-%d, kind: http, url: \"https://%s:%s/control/%d\", address: %s, interval: 10s}\n", i, Host, port, i, to.Address)
	}
	return b.String()
}
