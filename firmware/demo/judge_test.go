package demo

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// said is a transition at a second of the replay, in which the account is cut off at 10, restored at 25, and the
// eu edge goes on failing until 31.
type said struct {
	at      float64
	device  string
	service string
	status  string
	impact  string
}

func testArc() Arc {
	begin := time.Unix(1737504000, 0)
	return Arc{
		Devices: []string{"newyork", "berlin"}, Main: "shop", Masked: "recorder", Interval: time.Second,
		Began: begin, Cut: begin.Add(10 * time.Second),
		Ended: map[string]time.Time{"newyork": begin.Add(25 * time.Second), "berlin": begin.Add(31 * time.Second)},
	}
}

func moments(list []said) []Moment {
	slices.SortStableFunc(list, func(a, b said) int { return int((a.at - b.at) * 1000) })
	var out []Moment
	for i, s := range list {
		at := testArc().Began.Add(time.Duration(s.at * float64(time.Second)))
		out = append(out, Moment{at, fmt.Sprintf("%s/1/%d", s.device, i), s.device, s.service, s.status, s.impact, ""})
	}
	return out
}

func goodArc() []said {
	var list []said
	for i, d := range testArc().Devices {
		off := 0.1 * float64(i)
		list = append(list,
			said{1 + off, d, "shop", "up", ""}, said{1 + off, d, "recorder", "up", ""},
			said{10.3 + off, d, "shop", "suspected", "down"}, said{10.8 + off, d, "shop", "confirmed", "down"},
			said{10.4 + off, d, "recorder", "suspected", "masked"}, said{10.9 + off, d, "recorder", "confirmed", "masked"},
			said{26 + off, d, "shop", "recovering", "down"}, said{34 + off, d, "shop", "up", ""},
			said{26 + off, d, "recorder", "recovering", "masked"}, said{29 + off, d, "recorder", "up", ""},
		)
	}
	return list
}

// without drops what a device says of a service and status.
func without(list []said, device, service, status string) []said {
	return slices.DeleteFunc(list, func(s said) bool {
		return s.device == device && s.service == service && s.status == status
	})
}

// shift moves what a device says of a service and status to another second.
func shift(list []said, device, service, status string, at float64) []said {
	for i, s := range list {
		if s.device == device && s.service == service && s.status == status {
			list[i].at = at
		}
	}
	return list
}

func TestJudge(t *testing.T) {
	for _, tc := range []struct {
		name string
		arc  []said
		want []string // a part of each problem, in order
	}{
		{"as it should be", goodArc(), nil},
		{"unknown and suspected before the cut", append(goodArc(),
			said{0.2, "berlin", "shop", "unknown", ""}, said{4, "berlin", "shop", "suspected", "down"}, said{5, "berlin", "shop", "up", ""}), nil},
		{"recovering twice", append(goodArc(),
			said{27, "berlin", "shop", "confirmed", "down"}, said{32, "berlin", "shop", "recovering", "down"}), nil},
		{"an earlier replay's outage", append(goodArc(), said{-20, "berlin", "shop", "confirmed", "down"}), nil},
		{"the masked service after the arc", append(goodArc(), said{36, "berlin", "recorder", "suspected", "down"}), nil},

		{"silence", nil, []string{
			"newyork: shop was not up", "newyork: shop never came to suspected; it went up", "newyork: recorder was never confirmed",
			"berlin: shop was not up", "berlin: shop never came to suspected; it went up", "berlin: recorder was never confirmed"}},
		{"one device blind", without(without(without(without(goodArc(), "berlin", "shop", "suspected"), "berlin", "shop", "confirmed"),
			"berlin", "shop", "recovering"), "berlin", "recorder", "confirmed"), []string{
			"berlin: shop never came to suspected; it went up", "berlin: recorder was never confirmed as masked"}},
		{"never up before the cut", without(append(goodArc(), said{34.5, "berlin", "shop", "up", ""}), "berlin", "shop", "up"),
			[]string{"berlin: shop was not up", "berlin: shop never came to up"}},
		{"no suspicion", without(goodArc(), "newyork", "shop", "suspected"), []string{"newyork: shop never came to suspected"}},
		{"not confirmed", without(goodArc(), "newyork", "shop", "confirmed"), []string{"newyork: shop never came to confirmed; it went up, suspected, recovering, up"}},
		{"confirmed as degraded first", append(goodArc(), said{10.6, "berlin", "shop", "confirmed", "degraded"}), nil},
		{"confirmed as degraded only", append(without(goodArc(), "berlin", "shop", "confirmed"), said{10.6, "berlin", "shop", "confirmed", "degraded"}),
			[]string{"berlin: shop was confirmed, but never as down"}},
		{"no recovering", without(goodArc(), "berlin", "shop", "recovering"), []string{
			"berlin: shop went from confirmed to up without recovering", "berlin: shop never came to recovering"}},
		{"confirmed without a cut", append(goodArc(), said{6, "berlin", "shop", "confirmed", "down"}, said{8, "berlin", "shop", "up", ""}),
			[]string{"berlin: shop was confirmed 4.00 s before the account was cut"}},
		{"wrong order", shift(goodArc(), "berlin", "shop", "suspected", 11.5), []string{"berlin: shop never came to confirmed"}},
		{"suspected late", shift(shift(goodArc(), "berlin", "shop", "suspected", 12.1), "berlin", "shop", "confirmed", 12.2),
			[]string{"berlin: shop was suspected after 2.10 s, and 2.00 s is the budget"}},
		{"confirmed late", shift(shift(goodArc(), "berlin", "shop", "suspected", 11.9), "berlin", "shop", "confirmed", 13.01),
			[]string{"berlin: shop was confirmed as down after 3.01 s"}},
		{"not rechecked", shift(goodArc(), "berlin", "shop", "confirmed", 12.0), []string{"berlin: shop was confirmed, once suspected, after 1.60 s"}},
		{"up while the account was cut", append(goodArc(), said{20, "newyork", "shop", "up", ""}, said{21, "newyork", "shop", "confirmed", ""}),
			[]string{"newyork: shop went from confirmed to up", "newyork: shop was called up 10.00 s after the cut"}},
		{"up while its own edge still failed", append(goodArc(), said{28, "berlin", "shop", "up", ""}, said{29, "berlin", "shop", "recovering", ""}),
			[]string{"berlin: shop was called up 18.00 s after the cut"}},
		{"up, and down again", append(goodArc(), said{40, "newyork", "shop", "suspected", "down"}), []string{"newyork: shop ended suspected"}},
		{"up too late", append(goodArc(), said{40, "newyork", "shop", "suspected", "down"}, said{46.2, "newyork", "shop", "up", ""}),
			[]string{"newyork: shop was up again after 15.20 s"}},
		{"masked taken for down", append(goodArc(), said{12, "newyork", "recorder", "confirmed", "down"}), []string{"newyork: recorder was called down"}},
		{"masked late", shift(goodArc(), "newyork", "recorder", "confirmed", 13.5), []string{"newyork: recorder was confirmed as masked after 3.50 s"}},
		{"masked taken for degraded", append(without(goodArc(), "newyork", "recorder", "confirmed"), said{11, "newyork", "recorder", "confirmed", "degraded"}),
			[]string{"newyork: recorder was never confirmed as masked"}},
		{"masked not found", without(goodArc(), "newyork", "recorder", "confirmed"), []string{"newyork: recorder was never confirmed as masked"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Judge(testArc(), moments(tc.arc)).Problems
			if len(got) != len(tc.want) {
				t.Fatalf("problems:\n%s\nwant %d:\n%s", strings.Join(got, "\n"), len(tc.want), strings.Join(tc.want, "\n"))
			}
			for i, want := range tc.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("problem %q, want %q", got[i], want)
				}
			}
		})
	}
}

func TestFindings(t *testing.T) {
	got := Judge(testArc(), moments(goodArc())).Findings
	want := []Finding{
		{"newyork", 300 * time.Millisecond, 800 * time.Millisecond, 900 * time.Millisecond, 3 * time.Second},
		{"berlin", 400 * time.Millisecond, 900 * time.Millisecond, time.Second, 3100 * time.Millisecond},
	}
	if !slices.Equal(got, want) {
		t.Errorf("findings %v, want %v", got, want)
	}
}

// TestRepeatsChangeNothing: the feed delivers at least once, so old moments may come again at any later time.
func TestRepeatsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := moments(goodArc())
		for range rapid.IntRange(1, 20).Draw(t, "repeats") {
			from := rapid.IntRange(0, len(ms)-1).Draw(t, "from")
			to := rapid.IntRange(from+1, len(ms)).Draw(t, "to")
			again := ms[from]
			again.At = ms[to-1].At
			ms = slices.Insert(ms, to, again)
		}
		r := Judge(testArc(), ms)
		if !r.OK() || r.Findings[0].Confirm != 800*time.Millisecond {
			t.Fatalf("repeats made it %v", r)
		}
	})
}

// TestEveryStepCounts: an arc that lacks any one of its steps never passes.
func TestEveryStepCounts(t *testing.T) {
	for _, d := range testArc().Devices {
		for _, status := range []string{up, suspected, confirmed, recovering} {
			if Judge(testArc(), moments(without(goodArc(), d, "shop", status))).OK() {
				t.Errorf("the judge is content although %s never said %s", d, status)
			}
		}
	}
}

func TestTheHiccupIsDoubtedAndNoMore(t *testing.T) {
	arc := testArc()
	arc.Hiccup = arc.Began.Add(3 * time.Second)
	doubt := func(status string) []said {
		list := goodArc()
		for _, d := range arc.Devices {
			list = append(list, said{3.4, d, "shop", status, "down"}, said{7, d, "shop", "up", ""})
		}
		return list
	}
	for status, want := range map[string]string{suspected: "", confirmed: "shop was confirmed 6.60 s before the account was cut", recovering: "shop was not suspected when one site saw it fail"} {
		r := Judge(arc, moments(doubt(status)))
		if all := strings.Join(r.Problems, "; "); !strings.Contains(all, want) || r.OK() != (want == "") {
			t.Errorf("a hiccup that is %s: %q, want %q", status, all, want)
		}
	}
}
