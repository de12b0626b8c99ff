package page

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/judge"
)

func ms(v float64) *judge.Ms { m := judge.Ms(v); return &m }

func reports() []judge.Report {
	return []judge.Report{
		{
			File: "scenarios/provider/january.yaml", Name: "january", Title: "22 January <b>", About: "provider", Why: "a & b", Seed: 22, Lasts: 30000, Took: 41000, Outcome: judge.Fail,
			Verdicts: []judge.Verdict{
				{Line: 9, What: "decision of shop is confirmed", Device: "berlin", Pass: true, At: ms(6100), Delay: ms(1100), From: 5000, Until: 8000},
				{Line: 12, What: "lamp of service/us is green *", Never: true, At: ms(9000), Delay: ms(4000), From: 8000, Until: 15000, Why: "berlin service/us was so for 2.00s"},
			},
			Invariants: []judge.Invariant{{Name: "no-stale-green", Says: "no lamp is green on evidence past its validity", Why: []string{"berlin is <green>"}}, {Name: "no-late-probe", Pass: true}},
			Answers:    []judge.Answer{{Service: "shop", True: "down", Said: "confirmed down"}, {Service: "recorder", True: "nothing wrong", Said: "confirmed masked"}},
			Measures:   []judge.Measure{{Service: "shop", Device: "berlin", Impact: "down", Suspect: ms(300), Confirm: ms(1100)}},
			Lanes: []judge.Lane{
				{Group: "world", Kind: "fault", Name: "cut", Marks: []judge.Mark{{From: 5000, Until: 15000, State: "account-revoked", Tone: "deed"}}},
				{Group: "berlin", Kind: "decision", Name: "shop", Marks: []judge.Mark{{From: -2000, Until: 5100, State: "up", Tone: "good"}, {From: 5100, Until: 30000, State: "suspected \"down\"", Tone: "watch"}}},
			},
		},
		{File: "y.yaml", Name: "quiet", Title: "Nothing happens", About: "nothing", Why: "x", Outcome: judge.Mended, NotYet: "nobody built it", Lasts: 1000},
		{File: "z.yaml", Name: "broken", Title: "Cannot be played", About: "nothing", Why: "x", Outcome: judge.Broken, Trouble: "no such cable"},
	}
}

func render(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	a := About{When: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), Took: 90 * time.Second, Version: "v1"}
	if err := Write(&b, a, reports()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWellFormed: every tag is closed where it belongs.
func TestWellFormed(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(render(t)))
	d.Strict, d.AutoClose, d.Entity = false, []string{"meta"}, xml.HTMLEntity
	var open []string
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tag := token.(type) {
		case xml.StartElement:
			if tag.Name.Local != "meta" {
				open = append(open, tag.Name.Local)
			}
		case xml.EndElement:
			if n := len(open); n == 0 || open[n-1] != tag.Name.Local {
				t.Fatalf("</%s> closes %v", tag.Name.Local, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("never closed: %v", open)
	}
}

// TestNothingFromOutside: the page works from a file, on a machine without a network.
func TestNothingFromOutside(t *testing.T) {
	page := render(t)
	for _, form := range []string{`https?://`, `<script`, `<link`, `<img`, `@import`, `url\(`, `src=`, `href="[^#]`} {
		if m := regexp.MustCompile(form).FindString(page); m != "" {
			t.Errorf("it refers outside: %q", m)
		}
	}
}

// TestEverythingIsOnIt looks for what a reader looks for.
func TestEverythingIsOnIt(t *testing.T) {
	page := render(t)
	for _, want := range []string{
		`id="provider-january" open`, `id="nothing-quiet"`, `id="nothing-broken" open`, "22 January &lt;b&gt;", "a &amp; b", "seed 22", "1.5 minutes",
		`<b>1</b>FAIL`, `<b>1</b>MENDED`, `<b>1</b>BROKEN`, `<b>0</b>PASS`, "no such cable", "not yet: nobody built it", "It passes now: remove not_yet.",
		`class="right" title="january: shop"`, `class="wrong" title="january: recorder"`, `<a href="#provider-january">january</a>`, "berlin is &lt;green&gt;",
		"decision of shop is confirmed <small>after 1.10 s</small>", "never lamp of service/us is green *", `<title>cut: account-revoked, 5.00 s to 15.00 s</title>`,
		"suspected &#34;down&#34;", "1 × · median 0.30 s", `aria-label="timeline of 22 January &lt;b&gt;"`, "prefers-color-scheme: dark",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("it lacks %q", want)
		}
	}
	if strings.Index(page, "nothing-quiet") > strings.Index(page, `id="provider-january"`) {
		t.Error("the scenarios are not in the order of the corpus")
	}
}

// TestPicturesKeepToTheirSheet: what began before the start or lasts beyond the end is drawn up to there.
func TestPicturesKeepToTheirSheet(t *testing.T) {
	for _, m := range regexp.MustCompile(`<rect class="[a-z ]+" x="([0-9.-]+)" y="[0-9.]+" width="([0-9.]+)"`).FindAllStringSubmatch(render(t), -1) {
		x, xErr := strconv.ParseFloat(m[1], 64)
		w, wErr := strconv.ParseFloat(m[2], 64)
		if xErr != nil || wErr != nil || x < labelWidth || x+w > labelWidth+laneWidth+2 {
			t.Errorf("%s", m[0])
		}
	}
}
