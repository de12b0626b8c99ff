package run

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/scripts/lab/judge"
)

func (p *Progress) began(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = append(p.running, name)
	p.line()
}

func (p *Progress) step(name, step string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps[name] = step
	p.line()
}

func (p *Progress) ended(r judge.Report) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running = slices.DeleteFunc(p.running, func(n string) bool { return n == r.Name })
	p.ends++
	p.wipe()
	fmt.Fprintf(p.to, "%-8s %-14s %-36s seed %-4d %5.1f s  %s\n", r.Outcome, r.About, r.Name, r.Seed, float64(r.Took)/1000, r.Title)
	switch r.Outcome {
	case judge.Fail, judge.Broken:
		p.bad++
		_ = judge.WriteTimeline(p.to, r) // a terminal that is gone has no reader
	case judge.NotYet:
		fmt.Fprintf(p.to, "         not yet: %s\n", r.NotYet)
	case judge.Mended:
		fmt.Fprintf(p.to, "         it passes now: remove not_yet: %s\n", r.NotYet)
	}
	p.line()
}

// wipe clears the line that is rewritten.
func (p *Progress) wipe() {
	if p.terminal {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
}

// line writes the line that is rewritten.
func (p *Progress) line() {
	if !p.terminal {
		return
	}
	p.wipe()
	var now []string
	for _, n := range p.running {
		now = append(now, strings.TrimSpace(n+": "+p.steps[n]))
	}
	text := fmt.Sprintf("%d of %d, %d bad, %v | %s", p.ends, p.total, p.bad, time.Since(p.start).Round(time.Second), strings.Join(now, " | "))
	const width = 150
	if runes := []rune(text); len(runes) > width {
		text = string(runes[:width])
	}
	fmt.Fprint(p.to, text)
	if p.ends == p.total {
		fmt.Fprintln(p.to)
	}
}
