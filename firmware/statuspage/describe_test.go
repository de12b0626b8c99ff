package statuspage_test

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/statuspage"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func get(t testing.TB, url string) (int, string, http.Header) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

func TestViewTellsAnOutage(t *testing.T) {
	_, h, _ := serve(t, view(service("shop", firmware.StatusConfirmed, firmware.ImpactDown, "2 of 2 votes fail")))
	v, err := client(t, h.URL).View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := v.Services[0]
	started, ms := epoch.Add(time.Hour-721*time.Second), int64(721000)
	if d := cmp.Diff(&statuspage.Instant{At: &started, AgeMS: &ms}, s.Started); d != "" {
		t.Errorf("started (-want +got):\n%s", d)
	}
	if v.Headline != "Down: shop" || v.Mood != statuspage.MoodBad || s.Status != firmware.StatusConfirmed || s.Impact != firmware.ImpactDown {
		t.Errorf("headline %q, mood %s, status %s %s", v.Headline, v.Mood, s.Status, s.Impact)
	}
	if s.Incident != "berlin-1/00000000000033aa/812" || s.EvidenceMS != 24000 || len(s.Votes) != 2 || !s.Votes[0].Own || s.Votes[1].Device != "newyork-1" {
		t.Errorf("got %+v", s)
	}
	if c := s.Checks[0]; c.Outcome != firmware.OutcomeHTTPStatus || c.Code != 503 || c.TookMS != 43.21 || c.Cache != "hit" {
		t.Errorf("check %+v", c)
	}
}

func TestJSONIsForPeople(t *testing.T) {
	_, h, _ := serve(t, view(service("shop", firmware.StatusConfirmed, firmware.ImpactMasked, "w")), transition(1, "confirmed"))
	for _, path := range []string{"/api/v1/view", "/api/v1/transitions"} {
		code, body, head := get(t, h.URL+path)
		if code != http.StatusOK || head.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", path, code, head.Get("Content-Type"))
		}
		if strings.Contains(body, boot.String()) {
			t.Errorf("%s shows stamps: %s", path, body)
		}
		if k := regexp.MustCompile(`"[^"]*[A-Z -][^"]*":`).FindString(body); k != "" {
			t.Errorf("%s: key %s is not in snake case", path, k)
		}
	}
}

// TestNothingIsUpWithoutEvidence holds the first invariant of the design on the page.
func TestNothingIsUpWithoutEvidence(t *testing.T) {
	for _, until := range []firmware.Stamp{{}, now, now.Add(-time.Second), {Boot: firmware.BootID{1}, Up: 9 * time.Hour}} {
		s := service("shop", firmware.StatusUp, firmware.ImpactNone, "2 of 2 votes pass")
		s.Until = until
		s.Votes[0].Evidence = now.Add(-time.Minute)
		v := view(s)
		v.Uplinks[0].Until = until
		_, h, _ := serve(t, v)
		got, err := client(t, h.URL).View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got.Mood != statuspage.MoodUnknown || got.Services[0].Status != firmware.StatusUnknown || got.Services[0].Regions[0].Status != firmware.StatusUnknown {
			t.Errorf("until %v: %+v", until, got.Services[0])
		}
		if got.Services[0].Votes[0].State != firmware.VoteNone {
			t.Errorf("until %v: vote %s", until, got.Services[0].Votes[0].State)
		}
		if got.Uplinks[0].Sight != fold.SightUnknown {
			t.Errorf("until %v: uplink %s", until, got.Uplinks[0].Sight)
		}
		if _, page, _ := get(t, h.URL); !strings.Contains(page, "Not known") || strings.Contains(page, "Works as customers expect") {
			t.Errorf("until %v: the page says up", until)
		}
	}
}

func TestHeadline(t *testing.T) {
	good := service("shop", firmware.StatusUp, firmware.ImpactNone, "")
	named := func(n string, s firmware.Status, i firmware.Impact) fold.ServiceView { return service(n, s, i, "") }
	for _, c := range []struct {
		services []fold.ServiceView
		want     string
		mood     statuspage.Mood
	}{
		{nil, "Nothing is watched yet", statuspage.MoodUnknown},
		{[]fold.ServiceView{good}, "The service is up", statuspage.MoodGood},
		{[]fold.ServiceView{good, good}, "Both services are up", statuspage.MoodGood},
		{[]fold.ServiceView{good, good, good}, "All 3 services are up", statuspage.MoodGood},
		{[]fold.ServiceView{good, named("api", firmware.StatusUnknown, 0)}, "Not known: api", statuspage.MoodUnknown},
		{[]fold.ServiceView{named("api", firmware.StatusUnknown, 0), named("cdn", firmware.StatusSuspected, firmware.ImpactDown)}, "Suspected: cdn", statuspage.MoodWarn},
		{[]fold.ServiceView{named("cdn", firmware.StatusSuspected, 0), named("api", firmware.StatusConfirmed, firmware.ImpactMasked)}, "Masked: api", statuspage.MoodBad},
		{[]fold.ServiceView{named("api", firmware.StatusConfirmed, firmware.ImpactDown), good, named("cdn", firmware.StatusConfirmed, firmware.ImpactDown)}, "Down: api, and 1 more", statuspage.MoodBad},
	} {
		_, h, _ := serve(t, view(c.services...))
		v, err := client(t, h.URL).View(t.Context())
		if err != nil || v.Headline != c.want || v.Mood != c.mood {
			t.Errorf("got %q %s %v, want %q %s", v.Headline, v.Mood, err, c.want, c.mood)
		}
	}
}

// TestPageEscapesWhatComesFromAfar puts every kind of injection where foreign words go.
func TestPageEscapesWhatComesFromAfar(t *testing.T) {
	hostile := `<script>alert(1)</script><img src=x onerror=alert(2)>"><b x='` + "\u2028</table></style>{{.Nonce}}"
	s := service("shop", firmware.StatusConfirmed, firmware.ImpactDown, hostile)
	s.Decision.AckedBy = hostile
	v := view(s, service(hostile, firmware.StatusConfirmed, firmware.ImpactDown, hostile))
	v.Uplinks[1].Why, v.Device, v.Site = hostile, hostile, hostile
	v.Parts = []fold.PartView{{Name: hostile, Why: hostile}}
	x := transition(1, hostile)
	x.Why, x.Subject, x.From, x.Kind = hostile, hostile, hostile, hostile
	_, h, _ := serve(t, v, x)
	code, page, head := get(t, h.URL)
	if code != http.StatusOK || !strings.Contains(page, "&lt;script&gt;") {
		t.Fatalf("status %d, nothing of it on the page", code)
	}
	if n := strings.Count(page, "<script"); n != 1 || strings.Contains(page, "<img") || strings.Contains(page, "<b x=") {
		t.Errorf("%d scripts, or markup from afar, on the page", n)
	}
	nonce := regexp.MustCompile(`script-src 'nonce-([A-Z0-9]{20,})'`).FindStringSubmatch(head.Get("Content-Security-Policy"))
	if nonce == nil || !strings.Contains(page, `<script nonce="`+nonce[1]+`">`) || strings.Contains(head.Get("Content-Security-Policy"), "unsafe") {
		t.Errorf("policy %q", head.Get("Content-Security-Policy"))
	}
	if head.Get("X-Content-Type-Options") != "nosniff" || head.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", head)
	}
	if regexp.MustCompile(`(src|href)\s*=\s*"?(https?:)?//`).MatchString(page) {
		t.Error("the page fetches something from elsewhere")
	}
}

// TestAnyViewCanBeTold draws random views: page and JSON answer, and up is never said without evidence.
func TestAnyViewCanBeTold(t *testing.T) {
	statuses := []firmware.Status{"", "weird", firmware.StatusUnknown, firmware.StatusUp, firmware.StatusSuspected, firmware.StatusPartial,
		firmware.StatusSingleSite, firmware.StatusConfirmed, firmware.StatusRecovering}
	server, h, _ := serve(t, view())
	rapid.Check(t, func(rt *rapid.T) {
		stamp := rapid.Custom(func(t *rapid.T) firmware.Stamp {
			return firmware.Stamp{Boot: firmware.BootID{byte(rapid.IntRange(6, 7).Draw(t, "boot")), 0xAB}, Up: time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "up"))}
		})
		v := view()
		v.Clock = rapid.SampledFrom([]firmware.ClockQuality{"", firmware.ClockUnknown, firmware.ClockEstimated, firmware.ClockSynced}).Draw(rt, "clock")
		for range rapid.IntRange(0, 3).Draw(rt, "services") {
			s := service("shop", rapid.SampledFrom(statuses).Draw(rt, "status"), firmware.Impact(rapid.IntRange(0, 3).Draw(rt, "impact")), rapid.String().Draw(rt, "why"))
			s.Until, s.Decision.Started, s.Decision.Unobserved = stamp.Draw(rt, "until"), stamp.Draw(rt, "started"), stamp.Draw(rt, "unobserved")
			v.Services = append(v.Services, s)
		}
		server.Update(*v, nil)
		if code, _, _ := get(t, h.URL); code != http.StatusOK {
			rt.Fatalf("page: %d", code)
		}
		_, body, _ := get(t, h.URL+"/api/v1/view")
		var got statuspage.View
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			rt.Fatal(err)
		}
		for _, s := range got.Services {
			if s.Mood == statuspage.MoodGood && (s.EvidenceMS <= 0 && s.Status == firmware.StatusUp || s.Status != firmware.StatusUp) {
				rt.Fatalf("good without evidence: %+v", s)
			}
		}
	})
}

func TestRawSurvivesTheWire(t *testing.T) {
	v := view(service("shop", firmware.StatusConfirmed, firmware.ImpactMasked, "w"), service("api", firmware.StatusUp, firmware.ImpactNone, ""))
	s, h, _ := serve(t, v)
	s.ShowPanel(statuspage.Panel{Regions: []string{"us", "eu"}, Lease: 3 * time.Second})
	raw, err := client(t, h.URL).Raw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(statuspage.Raw{Now: now, View: *v, Regions: []string{"us", "eu"}, LeaseMS: 3000}, raw); d != "" || raw.Lease() != 3*time.Second {
		t.Errorf("(-want +got):\n%s", d)
	}
}
