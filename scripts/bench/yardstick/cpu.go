package yardstick

import (
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Lane is one way of doing the work that is compared.
type Lane struct {
	Name string
	Once func() error // does it once
	Done func()       // gives back what it holds; may be nil
}

// Race runs every lane n times in each round, lanes taking turns, and returns the CPU time of one run per lane: the
// median over the rounds, in milliseconds of user and system time of this process. A warm-up round is not counted.
func Race(lanes []Lane, rounds, n int) ([]float64, error) {
	taken := make([][]float64, len(lanes))
	for round := range rounds + 1 {
		for i, l := range lanes {
			ms, err := timed(l, n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", l.Name, err)
			}
			if round > 0 {
				taken[i] = append(taken[i], ms)
			}
		}
	}
	out := make([]float64, len(lanes))
	for i := range lanes {
		out[i] = median(taken[i])
	}
	return out, nil
}

func timed(l Lane, n int) (float64, error) {
	runtime.GC() // nobody pays for the garbage of the lane before
	before, err := cpuTime()
	if err != nil {
		return 0, err
	}
	for range n {
		if err := l.Once(); err != nil {
			return 0, err
		}
	}
	after, err := cpuTime()
	return float64(after-before) / float64(n) / float64(time.Millisecond), err
}

// cpuTime is what this process has used since it started.
func cpuTime() (time.Duration, error) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
