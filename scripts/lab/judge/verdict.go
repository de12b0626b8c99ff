package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
)

// Verdict is the judge's word on one expectation at one device, or on one thing that must never be.
type Verdict struct {
	Line   int    `json:"line"`             // of the scenario's file
	What   string `json:"what"`             // in words
	Device string `json:"device,omitempty"` // "": any of them
	Never  bool   `json:"never,omitempty"`
	Pass   bool   `json:"pass"`
	At     *Ms    `json:"at_ms,omitempty"`    // when it was first seen
	Delay  *Ms    `json:"delay_ms,omitempty"` // the same, from the moment that the window is named by
	From   Ms     `json:"from_ms"`            // the window
	Until  Ms     `json:"until_ms"`
	Why    string `json:"why,omitempty"` // what was seen instead
}

// Ms is a time in milliseconds, as the page and people take it.
type Ms float64

// InMs converts a duration.
func InMs(d time.Duration) Ms { return Ms(float64(d.Microseconds()) / 1000) }

// Duration is the time again.
func (m Ms) Duration() time.Duration { return time.Duration(float64(m) * float64(time.Millisecond)) }

func pointer(d time.Duration) *Ms { m := InMs(d); return &m }

// expected rules on one expectation: once for each of its devices, or once for any of them.
func expected(all []*track, x scenario.Sight) (out []Verdict) {
	if x.Any {
		return []Verdict{expect(all, x, "", x.Who...)}
	}
	for _, device := range x.Who {
		out = append(out, expect(all, x, device, device))
	}
	return out
}

func expect(all []*track, x scenario.Sight, name string, devices ...string) Verdict {
	v := verdict(x, name)
	seen := meet(all, x, devices...)
	if len(seen) > 0 {
		at := max(seen[0].span.From, x.Window.From)
		v.At, v.Delay = pointer(at), pointer(at-x.Began)
	}
	switch n := begun(seen, x); {
	case x.Times >= 0:
		v.Pass = n == x.Times
		if !v.Pass {
			v.Why = fmt.Sprintf("it came %d", n)
		}
	default:
		v.Pass = len(seen) > 0
		if !v.Pass {
			v.Why = instead(all, x, devices)
		}
	}
	return v
}

// never rules on what must not be seen. Where nothing at all was seen of its subject, nothing is proven.
func never(all []*track, x scenario.Sight) Verdict {
	v := verdict(x, "")
	v.Never = true
	seen := meet(all, x, x.Who...)
	switch {
	case len(seen) > 0:
		f := seen[0]
		at := max(f.span.From, x.Window.From)
		v.At, v.Delay = pointer(at), pointer(at-x.Began)
		v.Why = fmt.Sprintf("%s %s was so for %s", f.device, f.what, short(f.span.Until-f.span.From))
	case x.See.Lasting() && x.See != scenario.SeeBuzzer && !slices.ContainsFunc(all, func(t *track) bool { return t.about(x, x.Who...) }):
		v.Why = "nothing was seen of it at all, so it proves nothing"
	default:
		v.Pass = true
	}
	return v
}

func verdict(x scenario.Sight, device string) Verdict {
	return Verdict{Line: x.Line, What: inWords(x), Device: device, From: InMs(x.Window.From), Until: InMs(x.Window.Until)}
}

// inWords writes a sight as a clause: "decision of shop is confirmed (impact down) within 3s of cut".
func inWords(x scenario.Sight) string {
	var b strings.Builder
	b.WriteString(string(x.See))
	if x.Of != "" {
		b.WriteString(" of " + x.Of)
	}
	if len(x.Is) > 0 {
		b.WriteString(" is " + strings.Join(x.Is, " or "))
	}
	var says []string
	for name, want := range x.With {
		says = append(says, name+" "+strings.Join(want, "+"))
	}
	slices.Sort(says)
	if len(says) > 0 {
		b.WriteString(" (" + strings.Join(says, ", ") + ")")
	}
	if x.Times >= 0 {
		fmt.Fprintf(&b, ", exactly %d", x.Times)
	}
	if x.Holds > 0 {
		b.WriteString(", for " + x.Holds.String())
	}
	fmt.Fprintf(&b, ", within %v of %s", x.Window.Until-x.Window.From, x.Since)
	return b.String()
}

// instead tells what was there in the window, in the place of what was expected.
func instead(all []*track, x scenario.Sight, devices []string) string {
	const most = 6
	var parts []string
	subjects := 0
	for _, t := range all {
		if !t.about(x, devices...) {
			continue
		}
		subjects++
		for _, s := range t.states {
			if _, there := meets(scenario.Span{From: s.at, Until: s.until}, scenario.Sight{Window: x.Window}); there {
				parts = append(parts, fmt.Sprintf("%s %s at %s", t.subject, s.words(x), short(s.at)))
			}
		}
	}
	switch {
	case subjects == 0:
		return "nothing was seen of it at all"
	case len(parts) == 0:
		return "nothing was seen of it then"
	case len(parts) > most:
		parts = append(parts[:most], fmt.Sprintf("and %d more", len(parts)-most))
	}
	return "seen: " + strings.Join(parts, ", ")
}

// words is a state and what it says of what a sight asks for.
func (s sighting) words(x scenario.Sight) string {
	out := s.state
	for _, name := range []string{"impact", "targets"} {
		if got := s.says[name]; len(got) > 0 && got[0] != "none" && got[0] != "" {
			out += " " + strings.Join(got, "+")
		}
	}
	for name := range x.With {
		if name != "impact" && name != "targets" {
			out += " " + name + "=" + strings.Join(s.says[name], "+")
		}
	}
	return out
}

// short writes a time with hundredths of seconds.
func short(d time.Duration) string { return fmt.Sprintf("%.2fs", d.Seconds()) }
