package contest

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/scripts/bench/yardstick"
)

// ethernet is what a packet has at the link that is no part of the IP layer.
const ethernet = 14

// reading is what can be seen of a process and its traffic at one moment.
type reading struct {
	cpu    time.Duration // user and system, of all its threads, also those that are gone
	bytes  int64         // that passed the link, both directions
	counts yardstick.Counts
}

// read takes a reading.
func (a *Arena) read(pid int) (r reading, err error) {
	if r.cpu, err = cpuTime(pid); err != nil {
		return r, err
	}
	if r.bytes, err = linkBytes(); err != nil {
		return r, err
	}
	r.counts, err = a.counts()
	return r, err
}

// cpuTime reads the CPU clock of another process (clock_getcpuclockid(3)): what utime and stime of proc(5) add up to,
// in nanoseconds instead of hundredths of a second.
func cpuTime(pid int) (time.Duration, error) {
	const sched = 2 // CPUCLOCK_SCHED, of the whole process
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|sched), &t); err != nil {
		return 0, fmt.Errorf("read CPU time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// linkBytes is what has passed the link, without what Ethernet adds. /proc shows the links of the caller's network.
func linkBytes() (int64, error) {
	text, err := os.ReadFile("/proc/thread-self/net/dev")
	if err != nil {
		return 0, fmt.Errorf("count bytes: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		dev, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		if dev == link {
			return payload(strings.Fields(rest))
		}
	}
	return 0, fmt.Errorf("count bytes: there is no link %s", link)
}

// payload adds up a line of /proc/net/dev: received bytes and packets are its first columns, sent ones the ninth and
// tenth.
func payload(columns []string) (total int64, err error) {
	if len(columns) < 10 {
		return 0, fmt.Errorf("count bytes: a line of %d columns, not 16", len(columns))
	}
	for _, at := range []int{0, 8} {
		bytes, bad := strconv.ParseInt(columns[at], 10, 64)
		packets, worse := strconv.ParseInt(columns[at+1], 10, 64)
		if err := errors.Join(bad, worse); err != nil {
			return 0, fmt.Errorf("count bytes: %w", err)
		}
		total += bytes - ethernet*packets
	}
	return total, nil
}

// Sample is one window of a contestant, per request.
type Sample struct {
	CPU   float64 // ms
	Bytes float64
	Full  float64 // share of the requests that began with a full handshake, 0 to 1
	Fresh float64 // share of the requests that began with any handshake
	Rate  float64 // requests a second
	Peak  float64 // resident memory at most, MB
}

// between is what two readings so long apart say.
func between(a, b reading, long time.Duration) (Sample, error) {
	seen := b.counts.Minus(a.counts)
	n := float64(seen.Requests)
	if n == 0 {
		return Sample{}, fmt.Errorf("the server has seen no request in %s", long)
	}
	return Sample{
		CPU:   float64(b.cpu-a.cpu) / n / float64(time.Millisecond),
		Bytes: float64(b.bytes-a.bytes) / n,
		Full:  float64(seen.Full) / n, Fresh: float64(seen.Full+seen.Resumed) / n,
		Rate: n / long.Seconds(),
	}, nil
}
