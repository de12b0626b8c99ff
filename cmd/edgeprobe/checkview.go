package main

import (
	"fmt"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// drawResult shows one run: what came of it, where its time went, and what its answer proves. now is wall time.
func drawResult(c canvas, l look, r firmware.Result, now time.Time) {
	style, word := green, "ok"
	switch {
	case r.Outcome.Void():
		style, word = yellow, "NOT MEASURED"
	case r.Outcome.Lesser():
		style, word = yellow, "DEGRADED"
	case !r.Outcome.OK():
		style, word = red, "FAILED"
	}
	fmt.Fprintf(c, "%s  %s  %s\n", c.paint(style, word), c.paint(bold, l.target), summary(r))
	if steps := stepsOf(l.check, r); steps != nil {
		drawSteps(c, steps)
	} else {
		drawPhases(c, r.Phases)
	}
	for _, row := range facts(r, now) {
		fmt.Fprintf(c, "  %s  %s\n", c.paint(dim, fmt.Sprintf("%-11s", row[0])), row[1])
	}
}

// summary says in a clause how the run ended.
func summary(r firmware.Result) string {
	took := "in " + milliseconds(r.Took)
	if r.Outcome.OK() {
		if answered(r) {
			return fmt.Sprintf("status %d %s", r.Status, took)
		}
		return took
	}
	if r.Detail == "" {
		return fmt.Sprintf("%s, %s", r.Outcome, took)
	}
	return fmt.Sprintf("%s: %s, %s", r.Outcome, r.Detail, took)
}

// answered reports whether an HTTP answer came; a DNS answer's code is below 100.
func answered(r firmware.Result) bool { return r.Status >= 100 }

// facts are the rows below the bars; what is not known has no row.
func facts(r firmware.Result, now time.Time) (rows [][2]string) {
	add := func(name, text string) { rows = append(rows, [2]string{name, text}) }
	if r.Uplink != "" {
		add("uplink", r.Uplink)
	}
	if r.Address.IsValid() {
		add("address", r.Address.String())
	}
	if how := connWords(r.Conn); how != "" {
		add("connection", how)
	}
	if r.Expires != 0 {
		add("certificate", certificateWords(time.Unix(r.Expires, 0), now))
	}
	if r.Outcome.OK() && r.Detail != "" {
		add("seen", printable(r.Detail))
	}
	if ttl, ok := ttlOf(r); ok {
		add("ttl", fmt.Sprintf("%d s", ttl/time.Second))
	}
	if t := r.Trips; t.Answered > 0 {
		ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
		add("round trips", fmt.Sprintf("%d of %d answered, min/avg/max/mdev %.3f/%.3f/%.3f/%.3f ms", t.Answered, t.Sent, ms(t.Min), ms(r.Phases.Wait), ms(t.Max), ms(t.Dev)))
	}
	if answered(r) {
		add("cache", cacheWords(r.Cache))
		add("body", fmt.Sprintf("%d bytes read", r.Bytes))
	}
	return rows
}

func connWords(c firmware.Conn) string {
	switch c {
	case firmware.ConnPlain:
		return "new, without TLS: nothing proves who answered"
	case firmware.ConnFull:
		return "new, full TLS handshake: name and certificate chain verified"
	case firmware.ConnResumed:
		return "new, resumed TLS session: the certificate was verified earlier"
	case firmware.ConnKept:
		return "kept alive from an earlier run"
	}
	return ""
}

// soonExpired is when a certificate's end becomes worth a warning: most are renewed a month ahead.
const soonExpired = 14 * 24 * time.Hour

func certificateWords(end, now time.Time) string {
	left, day := end.Sub(now), end.UTC().Format("2006-01-02")
	switch {
	case left <= 0:
		return fmt.Sprintf("EXPIRED %s ago (%s)", roughly(-left), day)
	case left < soonExpired:
		return fmt.Sprintf("only %s left (until %s)", roughly(left), day)
	}
	return fmt.Sprintf("%s left (until %s)", roughly(left), day)
}

func cacheWords(e firmware.CacheEvidence) string {
	var about []string
	if e.Aged {
		about = append(about, roughly(e.Age)+" old")
	}
	if e.Fresh > 0 {
		about = append(about, "fresh for "+roughly(e.Fresh)+" more")
	}
	detail := ""
	if len(about) > 0 {
		detail = " (" + strings.Join(about, ", ") + ")"
	}
	switch {
	case e.State == firmware.CacheMiss:
		return "miss: the origin answered this"
	case e.State == firmware.CacheHit:
		return "HIT: a stored copy" + detail + "; the origin was not asked"
	case e.State == firmware.CacheStale:
		return "STALE: an outdated copy" + detail + ", served because the origin did not answer well"
	case e.State == firmware.CacheEdgeMade:
		return "none: the edge made this error itself, for want of an answer of the origin's that it could use"
	case e.Aged && e.Age > 0:
		return "likely a stored copy" + detail + ": only its age says so"
	}
	return "no evidence in the answer's headers"
}

// roughly writes a duration with its one or two greatest units, as people say it.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d >= time.Second, d == 0:
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return milliseconds(d)
}

// milliseconds writes a duration with three digits at most.
func milliseconds(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case ms >= 100:
		return fmt.Sprintf("%.0f ms", ms)
	case ms >= 10:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.2f ms", ms)
}
