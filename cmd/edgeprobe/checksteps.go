package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"edgeprobe.io/firmware"
)

// ranStep is a step of a transaction that was run.
type ranStep struct {
	firmware.Step
	cleanup bool
}

// stepsOf tells the steps of a run from those of its clean-up; names are unique in a check.
func stepsOf(c firmware.Check, r firmware.Result) (steps []ranStep) {
	for _, s := range r.Steps {
		steps = append(steps, ranStep{s, c.Transaction != nil && slices.ContainsFunc(c.Transaction.Cleanup, func(d firmware.StepCheck) bool { return d.Name == s.Name })})
	}
	return steps
}

// longestStep is how many columns the longest label of a check's steps takes.
func longestStep(c firmware.Check) (columns int) {
	if c.Transaction == nil {
		return 0
	}
	for _, s := range c.Transaction.Steps {
		columns = max(columns, len(ranStep{firmware.Step{Name: s.Name}, false}.label()))
	}
	for _, s := range c.Transaction.Cleanup {
		columns = max(columns, len(ranStep{firmware.Step{Name: s.Name}, true}.label()))
	}
	return columns
}

// label is the step's name for people.
func (s ranStep) label() string {
	if s.cleanup {
		return printable(s.Name) + " (clean-up)"
	}
	return printable(s.Name)
}

// words say what came of the step, in as many columns whatever it was.
func (s ranStep) words() string {
	code := ""
	if s.Status != 0 {
		code = fmt.Sprint(s.Status)
	}
	return fmt.Sprintf("  %-*s%3s %8s", outcomeColumn, s.Outcome, code, byteWords(s.Bytes))
}

// byteWords writes how much was read in at most 7 columns.
func byteWords(n uint32) string {
	switch {
	case n == 0:
		return "-"
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}

// drawSteps draws each step as a line with a bar that begins where the one before it ended.
func drawSteps(c canvas, steps []ranStep) {
	label, total := 0, time.Duration(0)
	for _, s := range steps {
		label, total = max(label, utf8.RuneCountInString(s.label())), total+s.Took
	}
	label = min(label, 24)
	var before time.Duration
	for _, s := range steps {
		style := green
		if !s.Outcome.OK() {
			style = red
		}
		line := fmt.Sprintf("  %s %9s", c.paint(dim, fmt.Sprintf("%-*s", label, cut(s.label(), label))), milliseconds(s.Took))
		width := min(c.width, 100) - label - 14
		if words := s.words(); width >= len(words) {
			line, width = line+c.paint(style, words), width-len(words)
		}
		fmt.Fprintln(c, strings.TrimRight(line+"  "+bar(before, s.Took, total, width), " "))
		before += s.Took
	}
}
