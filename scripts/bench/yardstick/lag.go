package yardstick

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware/statuspage"
)

// budgetLag is what the design allows at the 99th percentile while half of the targets swallow everything, in ms.
const budgetLag = 250

// LagFor is how long the daemon runs before it is asked how late its runs begin.
const LagFor = 40 * time.Second

// Lag runs the daemon with half of its checks aimed at a target that swallows everything, and returns how late its runs
// begin, by its own word: the median and the 99th percentile of the newest.
func Lag(ctx context.Context, daemon string, to Target, sources []string) ([]Row, error) {
	dark, release, err := blackhole()
	if err != nil {
		return nil, err
	}
	defer release()
	dir, err := os.MkdirTemp("", "edgeprobe-lag-")
	if err != nil {
		return nil, fmt.Errorf("make bench folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	dev := Device{To: to, Sources: sources, Interval: time.Second, Dark: dark}
	var seen statuspage.Lag
	if err := dev.Play(ctx, daemon, dir, LagFor, func(_ int, v statuspage.View) error { seen = v.Lag; return nil }); err != nil {
		return nil, err
	}
	note := fmt.Sprintf("%d checks at 1 s, half of them dark; %d runs; their start against when they were due", Checks, seen.Runs)
	return []Row{
		{What: "start of a run, late, median", Value: seen.Median, Unit: "ms", Note: note},
		{What: "start of a run, late, p99", Value: seen.P99, Budget: budgetLag, Unit: "ms", Note: note},
	}, nil
}

// blackhole is an address of loopback whose listener's backlog is full: attempts to connect hang.
func blackhole() (address string, release func(), err error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", nil, fmt.Errorf("make a dark target: %w", err)
	}
	held := []func() error{func() error { return unix.Close(fd) }}
	release = func() {
		for _, let := range held {
			_ = let()
		}
	}
	if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		err = unix.Listen(fd, 0)
	}
	var name unix.Sockaddr
	if err == nil {
		name, err = unix.Getsockname(fd)
	}
	if err != nil {
		release()
		return "", nil, fmt.Errorf("make a dark target: %w", err)
	}
	address = fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)
	for range 16 {
		c, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err != nil {
			return address, release, nil
		}
		held = append(held, c.Close)
	}
	release()
	return "", nil, fmt.Errorf("make a dark target: the backlog of %s never fills", address)
}
