package main

import (
	"fmt"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// phase is one part of a run's time.
type phase struct {
	name string
	took time.Duration
}

func phasesOf(p firmware.Phases) []phase {
	return []phase{{"resolve", p.Resolve}, {"connect", p.Connect}, {"tls", p.TLS}, {"wait", p.Wait}, {"transfer", p.Transfer}}
}

// drawPhases draws each phase as a bar that begins where the one before it ended. What did not happen is left out.
func drawPhases(c canvas, p firmware.Phases) {
	const label = 23 // columns before the bars
	var total time.Duration
	for _, ph := range phasesOf(p) {
		total += ph.took
	}
	width := min(c.width, 100) - label
	if total <= 0 {
		return
	}
	var before time.Duration
	for _, ph := range phasesOf(p) {
		if ph.took <= 0 {
			continue
		}
		fmt.Fprintf(c, "  %s %9s  %s\n", c.paint(dim, fmt.Sprintf("%-9s", ph.name)), milliseconds(ph.took), bar(before, ph.took, total, width))
		before += ph.took
	}
}

// bar draws a part of a total where it lies on a line of so many columns; nothing on one too short to tell.
func bar(before, took, total time.Duration, width int) string {
	if width < 10 || total <= 0 {
		return ""
	}
	from, to := column(before, total, width), column(before+took, total, width)
	return strings.Repeat(" ", min(from, width-1)) + strings.Repeat("━", max(1, to-from))
}

// column is where an instant lies on a line of so many columns.
func column(at, total time.Duration, width int) int {
	return int(float64(at) / float64(total) * float64(width))
}
