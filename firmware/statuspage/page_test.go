package statuspage_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/statuspage"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// afar is a view with words wherever words can come from afar; each place asks for its own.
func afar(words func(place string) string) (*fold.View, fold.Transition) {
	acked := service("shop", firmware.StatusConfirmed, firmware.ImpactDown, words("decision's reason"))
	acked.Decision.AckedBy = words("acknowledged by")
	odd := service(words("service"), firmware.StatusConfirmed, firmware.ImpactDown, "")
	odd.Decision.Scope = firmware.Scope{Targets: []string{words("target")}, Observers: []string{words("observer")}}
	odd.Decision.Regions[0].Region = words("region")
	odd.Votes[0].State, odd.Votes[0].Uplink, odd.Votes[0].Target.Region = firmware.VoteState(words("vote")), words("vote's uplink"), words("vote's region")
	odd.Votes[0].Why, odd.Peers[0].Device = words("vote's reason"), words("voter")
	odd.Checks[0].Name, odd.Checks[0].Role, odd.Checks[0].Uplink = words("check"), firmware.Role(words("role")), words("check's uplink")
	odd.Checks[0].Detail = words("detail")
	v := view(acked, odd)
	v.Device, v.Site, v.Region = words("device"), words("site"), words("device's region")
	u := &v.Uplinks[1]
	u.Name, u.Network, u.Sight, u.Why = words("uplink"), words("network"), fold.Sight(words("sight")), words("uplink's reason")
	v.Parts = []fold.PartView{{Name: words("part"), Why: words("part's reason")}}
	v.Peers = []fold.PeerView{{Device: words("peer"), Site: words("peer's site")}}
	x := transition(1, words("to"))
	x.Why, x.Subject, x.From, x.Kind = words("transition's reason"), words("subject"), words("from"), words("kind")
	return v, x
}

// shape is what a browser makes of a page: every tag with the keys of its attributes, in order, and all that is
// said, scripts and styles apart.
func shape(t testing.TB, page string) (tags, said []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.ElementNode:
			line := n.Data
			for _, a := range n.Attr {
				line += " " + a.Key
				if a.Key != "nonce" {
					said = append(said, a.Val)
				}
			}
			tags = append(tags, line)
		case n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style":
			said = append(said, n.Data)
		case n.Type == html.CommentNode:
			tags = append(tags, "comment")
		}
	}
	return tags, said
}

// TestEveryWordIsTold: each place of a view has its place on the page.
func TestEveryWordIsTold(t *testing.T) {
	var places []string
	v, x := afar(func(place string) string { places = append(places, "[the "+place+"]"); return "[the " + place + "]" })
	_, h, _ := serve(t, v, x)
	_, page, _ := get(t, h.URL+"/")
	_, said := shape(t, page)
	for _, p := range places {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, p) }) {
			t.Errorf("%s is not on the page", p)
		}
	}
}

// TestWordsNeverBecomeMarkup: whatever is said, a browser sees the tags that it sees for a harmless word, and the
// words as they are.
func TestWordsNeverBecomeMarkup(t *testing.T) {
	look := func(t testing.TB, words string) (tags, said []string) {
		v, x := afar(func(string) string { return words })
		s := statuspage.New(statuspage.Defaults(), hands{}, nil, slog.New(slog.DiscardHandler))
		s.Update(*v, []fold.Transition{x})
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/", nil))
		return shape(t, w.Body.String())
	}
	const harmless = "harmless"
	tags, said := look(t, harmless)
	bits := rapid.SampledFrom([]string{"<", ">", `"`, "'", "&", "=", "`", "--", "<!--", "]]>", "</", "script", "style", "title", "table", "td",
		"&lt;", "&#34;", " onload=", "javascript:", "{{", "\n", "\r", " ", "\u2028", "x", "é"})
	rapid.Check(t, func(rt *rapid.T) {
		words := strings.Join(rapid.SliceOfN(bits, 1, 12).Draw(rt, "words"), "")
		gotTags, gotSaid := look(t, words)
		if d := cmp.Diff(tags, gotTags); d != "" {
			rt.Fatalf("another page (-harmless +this):\n%s", d)
		}
		for i, s := range said {
			if want := strings.ReplaceAll(s, harmless, words); gotSaid[i] != want {
				rt.Fatalf("told %q, want %q", gotSaid[i], want)
			}
		}
	})
}

// TestOwnSourcesStayWhereTheyAre: style and script are written as they are, so they must not hold their own end.
func TestOwnSourcesStayWhereTheyAre(t *testing.T) {
	_, h, _ := serve(t, view())
	_, page, _ := get(t, h.URL+"/")
	for tag, next := range map[string]string{"style": "</head>", "script": "</body>"} {
		_, rest, _ := strings.Cut(page, "<"+tag+" nonce=")
		source, after, _ := strings.Cut(rest, "</"+tag+">")
		if len(source) < 1000 || strings.Contains(source, "<!--") || !strings.HasPrefix(after, next) {
			t.Errorf("%s: %d bytes, then %.20q", tag, len(source), after)
		}
	}
}

// pageOf is what the page of a view says, tags apart.
func pageOf(t *testing.T, v *fold.View, ts ...fold.Transition) string {
	t.Helper()
	_, h, _ := serve(t, v, ts...)
	_, page, _ := get(t, h.URL+"/")
	_, said := shape(t, page)
	return strings.Join(said, "")
}

// TestScopeIsToldOnce: a reason that names the scope says it for both.
func TestScopeIsToldOnce(t *testing.T) {
	for why, times := range map[string]int{"down in eu+us, seen from eu+us": 1, "down, and nobody who saw it can look at eu now": 1, "": 1} {
		s := service("shop", firmware.StatusConfirmed, firmware.ImpactDown, "")
		s.Decision.Why = why
		if got := pageOf(t, view(s)); strings.Count(got, "seen from ") != times || why != "" && !strings.Contains(got, why) {
			t.Errorf("%q: the scope is told %d times, want %d", why, strings.Count(got, "seen from "), times)
		}
	}
}

// TestUpSaysSinceWhen: the newest change to up, however often it was told since; nothing when the page knows none.
func TestUpSaysSinceWhen(t *testing.T) {
	v := view(service("shop", firmware.StatusUp, firmware.ImpactNone, "all 2 votes pass"))
	change := func(seq uint64, ago time.Duration, to string) fold.Transition {
		return fold.Transition{Seq: seq, At: now.Add(-ago), Kind: "decision", Subject: "shop", To: to}
	}
	for _, c := range []struct {
		name string
		ts   []fold.Transition
		want int64 // ms; 0: not told
	}{
		{"nothing known", nil, 0},
		{"up again", []fold.Transition{change(1, 50*time.Minute, "up"), change(2, 20*time.Minute, "confirmed"), change(3, 7*time.Minute, "up"), change(4, time.Minute, "up")}, 420000},
		{"the page knows another status", []fold.Transition{change(1, time.Minute, "suspected")}, 0},
	} {
		_, h, _ := serve(t, v, c.ts...)
		got, err := client(t, h.URL).View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		since := got.Services[0].Since
		if c.want == 0 && since != nil || c.want != 0 && (since == nil || *since.AgeMS != c.want) {
			t.Errorf("%s: since %+v, want %d ms", c.name, since, c.want)
		}
	}
	if got := pageOf(t, v, change(1, 7*time.Minute, "up")); !strings.Contains(got, "Since 02:53:00 UTC, 7 min ago") {
		t.Errorf("the page does not say since when: %s", got)
	}
}

// TestClockSaysHowToMendIt: a clock that cannot be trusted is told with the reason and the mend, any other is not.
func TestClockSaysHowToMendIt(t *testing.T) {
	for clock, told := range map[firmware.ClockQuality]bool{
		firmware.ClockSynced: false, firmware.ClockCorrected: false, firmware.ClockEstimated: true, firmware.ClockUnknown: true, "": true,
	} {
		v := view()
		v.Clock = clock
		if got := pageOf(t, v); strings.Contains(got, "not synchronised") != told || strings.Contains(got, "Start an NTP service") != told {
			t.Errorf("clock %q: %s", clock, got)
		}
	}
}

func TestLampsAreTold(t *testing.T) {
	s, h, _ := serve(t, view())
	s.ShowPanel(statuspage.Panel{Lamps: func(v fold.View, at firmware.Stamp) []statuspage.Lamp {
		return []statuspage.Lamp{{Name: "service/eu", Shows: "green steady", Says: v.Device + " at " + at.Since(v.At).String()}}
	}})
	_, page, _ := get(t, h.URL+"/")
	if _, said := shape(t, page); !strings.Contains(strings.Join(said, ""), "Lamps: service/eu green steady, berlin-1 at 0s") {
		t.Errorf("the lamps are not told: %q", said)
	}
}
