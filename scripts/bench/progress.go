package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"edgeprobe.io/firmware/panel/screen"
	"edgeprobe.io/scripts/bench/contest"
)

// progress tells what is going on: on a terminal in one line that changes, elsewhere in a line each.
type progress struct {
	out      *os.File
	terminal bool
}

func newProgress(out *os.File) *progress { return &progress{out, screen.Detect(out).Terminal} }

func (p *progress) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if p.terminal {
		fmt.Fprintf(p.out, "\r\033[K%s", line)
	} else {
		fmt.Fprintln(p.out, line)
	}
}

// sample tells of a contestant's turn.
func (p *progress) sample(rounds int) func(int, contest.Contestant, contest.Sample) {
	return func(round int, c contest.Contestant, s contest.Sample) {
		p.say("round %d of %d: %s: %.2f ms, %.0f B, %.0f/s, %.0f%% full", round, rounds, c.Name, s.CPU, s.Bytes, s.Rate, 100*s.Full)
	}
}

// done leaves the terminal's line empty.
func (p *progress) done() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\033[K")
	}
}

// machine says what the figures were taken on.
func machine() string {
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%s %s/%s, %s, %d CPUs, load %s; ms are user and system time of the process, B are IP and above, both ways",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, model(), runtime.NumCPU(), strings.Join(firstWords(string(load), 3), " "))
}

// model is the CPU's own name, "" where the kernel does not tell it.
func model() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" || strings.TrimSpace(name) == "Model" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}

func firstWords(text string, n int) []string {
	words := strings.Fields(text)
	return words[:min(n, len(words))]
}
