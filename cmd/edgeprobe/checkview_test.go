package main

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

var noon = time.Date(2026, 1, 22, 12, 0, 0, 0, time.UTC)

func draw(width int, r firmware.Result) string {
	var b bytes.Buffer
	drawResult(canvas{Writer: &b, width: width}, look{target: "https://www.example.com/"}, r, noon)
	return b.String()
}

func TestDrawResult(t *testing.T) {
	got := draw(64, firmware.Result{
		Uplink: "eth0", Took: 200 * time.Millisecond, Outcome: firmware.OutcomeOK, Status: 200,
		Phases:  firmware.Phases{Resolve: 20 * time.Millisecond, Connect: 30 * time.Millisecond, TLS: 50 * time.Millisecond, Wait: 90 * time.Millisecond, Transfer: 10 * time.Millisecond},
		Conn:    firmware.ConnFull,
		Address: netip.MustParseAddr("192.0.2.7"), Bytes: 1256,
		Cache:   firmware.CacheEvidence{State: firmware.CacheHit, Aged: true, Age: 412 * time.Second, Fresh: 53 * time.Minute},
		Expires: noon.Add(61 * 24 * time.Hour).Unix(),
	})
	want := `ok  https://www.example.com/  status 200 in 200 ms
  resolve     20.0 ms  ━━━━
  connect     30.0 ms      ━━━━━━
  tls         50.0 ms            ━━━━━━━━━━
  wait        90.0 ms                      ━━━━━━━━━━━━━━━━━━
  transfer    10.0 ms                                        ━━━
  uplink       eth0
  address      192.0.2.7
  connection   new, full TLS handshake: name and certificate chain verified
  certificate  61 days left (until 2026-03-24)
  cache        HIT: a stored copy (6 min old, fresh for 53 min more); the origin was not asked
  body         1256 bytes read
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestDrawFailure(t *testing.T) {
	got := draw(80, firmware.Result{Took: 12 * time.Millisecond, Outcome: firmware.OutcomeHTTPStatus, Detail: "status 503, want 200", Status: 503, Conn: firmware.ConnPlain})
	if !strings.HasPrefix(got, "FAILED  https://www.example.com/  http_status: status 503, want 200, in 12.0 ms\n") {
		t.Errorf("got %s", got)
	}
	lesser := draw(80, firmware.Result{Outcome: firmware.OutcomeTLSExpiring, Detail: "the certificate ends in 2.0 days, want at least 14", Status: 200})
	if !strings.HasPrefix(lesser, "DEGRADED  ") {
		t.Errorf("a certificate that ends soon is shown as an outage: %s", lesser)
	}
	void := draw(80, firmware.Result{Outcome: firmware.OutcomeLocalFault, Detail: "no such interface"})
	if !strings.HasPrefix(void, "NOT MEASURED  ") {
		t.Errorf("our own fault is shown as the target's: %s", void)
	}
}

// TestNoWords: what was not seen is not spoken of.
func TestNoWords(t *testing.T) {
	got := draw(80, firmware.Result{Outcome: firmware.OutcomeDNSTimeout, Took: time.Second})
	for _, row := range []string{"certificate", "cache", "connection", "address", "body", "connect "} {
		if strings.Contains(got, row) {
			t.Errorf("speaks of %q after a DNS timeout:\n%s", row, got)
		}
	}
}

func TestCertificateWords(t *testing.T) {
	for left, want := range map[time.Duration]string{
		61 * 24 * time.Hour:  "61 days left (until 2026-03-24)",
		9 * 24 * time.Hour:   "only 9 days left (until 2026-01-31)",
		5 * time.Hour:        "only 5 h left (until 2026-01-22)",
		-3 * 24 * time.Hour:  "EXPIRED 3 days ago (2026-01-19)",
		-90 * time.Minute:    "EXPIRED 90 min ago (2026-01-22)",
		366 * 24 * time.Hour: "366 days left (until 2027-01-23)",
	} {
		if got := certificateWords(noon.Add(left), noon); got != want {
			t.Errorf("%v: %q, want %q", left, got, want)
		}
	}
}

func TestCacheWords(t *testing.T) {
	for want, e := range map[string]firmware.CacheEvidence{
		"no evidence in the answer's headers": {Fresh: -1},
		"none: the edge made this error itself, for want of an answer of the origin's that it could use": {State: firmware.CacheEdgeMade, Fresh: -1},
		"miss: the origin answered this":                                                   {State: firmware.CacheMiss, Fresh: -1},
		"HIT: a stored copy; the origin was not asked":                                     {State: firmware.CacheHit, Fresh: -1},
		"STALE: an outdated copy (3 h old), served because the origin did not answer well": {State: firmware.CacheStale, Aged: true, Age: 3 * time.Hour, Fresh: -1},
		"likely a stored copy (30 s old, fresh for 15 min more): only its age says so":     {Aged: true, Age: 30 * time.Second, Fresh: 15 * time.Minute},
		"HIT: a stored copy (0 s old, fresh for 2 days more); the origin was not asked":    {State: firmware.CacheHit, Aged: true, Fresh: 48 * time.Hour},
	} {
		if got := cacheWords(e); got != want {
			t.Errorf("%+v: %q, want %q", e, got, want)
		}
	}
}

// TestBarsStayInside: whatever the phases and the width, no line is longer than the terminal, and every phase that
// happened has its line, were it the last nanosecond.
func TestBarsStayInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		took := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 1000), rapid.Int64Range(0, int64(70*time.Second)))
		draw := func(name string) time.Duration { return time.Duration(took.Draw(t, name)) }
		p := firmware.Phases{Resolve: draw("resolve"), Connect: draw("connect"), TLS: draw("tls"), Wait: draw("wait"), Transfer: draw("transfer")}
		width := rapid.IntRange(24, 300).Draw(t, "width")
		var b bytes.Buffer
		drawPhases(canvas{Writer: &b, width: width}, p)
		happened := 0
		for _, ph := range phasesOf(p) {
			if ph.took > 0 {
				happened++
			}
		}
		if lines := strings.Count(b.String(), "\n"); lines != happened {
			t.Fatalf("%d lines for %d phases:\n%s", lines, happened, b.String())
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Fatalf("%d columns wide in a terminal of %d: %q", n, width, line)
			}
		}
	})
}
