package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"edgeprobe.io/firmware"
)

// table shows several runs, a row each; what is worth saying of a run stands below its row.
type table struct {
	canvas
	target  int  // columns of the targets
	phases  bool // they fit
	started bool
}

const (
	phaseColumn   = 9  // " 123 ms", and a space more than it takes
	outcomeColumn = 15 // the longest outcome, tls_unknown_ca, and a space
)

func tableOf(looks []look, c canvas) *table {
	t := &table{canvas: c, target: len("TARGET")}
	for _, l := range looks {
		t.target = max(t.target, utf8.RuneCountInString(printable(l.target)), longestStep(l.check)+len("  "))
	}
	t.target = min(t.target, max(20, c.width-outcomeColumn-2*phaseColumn))
	row := t.target + len("  ") + outcomeColumn + phaseColumn - 1
	t.phases = row+len(phasesOf(firmware.Phases{}))*phaseColumn <= c.width
	return t
}

// add shows one more run.
func (t *table) add(l look, r firmware.Result) {
	if !t.started {
		t.started = true
		fmt.Fprintln(t, t.paint(dim, t.line("TARGET", fmt.Sprintf("%-*s", outcomeColumn, "OUTCOME"), t.heads())))
	}
	t.row(printable(l.target), r.Outcome, r.Took, r.Phases)
	for _, s := range stepsOf(l.check, r) {
		t.row("  "+s.label(), s.Outcome, s.Took, s.Phases)
	}
	for _, line := range wrapped(printable(r.Detail), max(20, t.width-2)) {
		fmt.Fprintln(t, "  "+t.paint(dim, line))
	}
}

// row shows one run, or one step of it.
func (t *table) row(name string, o firmware.Outcome, took time.Duration, p firmware.Phases) {
	style := green
	switch {
	case o.Void():
		style = yellow
	case !o.OK():
		style = red
	}
	outcome := t.paint(style, o.String()) + strings.Repeat(" ", max(1, outcomeColumn-len(o.String())))
	fmt.Fprintln(t, t.line(cut(name, t.target), outcome, t.times(took, p)))
}

func (t *table) line(target, outcome, times string) string {
	return fmt.Sprintf("%-*s  %s%s", t.target, target, outcome, times)
}

func (t *table) heads() string {
	heads := fmt.Sprintf("%*s", phaseColumn-1, "TOOK")
	for _, p := range phasesOf(firmware.Phases{}) {
		if t.phases {
			heads += fmt.Sprintf("%*s", phaseColumn, strings.ToUpper(p.name))
		}
	}
	return heads
}

func (t *table) times(took time.Duration, phases firmware.Phases) string {
	times := fmt.Sprintf("%*s", phaseColumn-1, milliseconds(took))
	for _, p := range phasesOf(phases) {
		if t.phases {
			times += fmt.Sprintf("%*s", phaseColumn, orDash(p.took))
		}
	}
	return times
}

// orDash writes the time of a phase, or that it did not happen.
func orDash(d time.Duration) string {
	if d <= 0 {
		return "-"
	}
	return milliseconds(d)
}

// wrapped breaks a text between words into lines of at most so many columns; a longer word is cut.
func wrapped(s string, columns int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(s) {
		word = cut(word, columns)
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= columns:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// cut bounds a text to so many columns.
func cut(s string, columns int) string {
	if runes := []rune(s); len(runes) > columns {
		return string(runes[:columns-1]) + "…"
	}
	return s
}
