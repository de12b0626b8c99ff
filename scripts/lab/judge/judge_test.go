package judge

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
)

func TestGoodRunPasses(t *testing.T) {
	r := Judge(outage(t))
	for _, v := range r.Verdicts {
		if !v.Pass {
			t.Error(v)
		}
	}
	for _, i := range r.Invariants {
		if !i.Pass {
			t.Error(i)
		}
	}
	if r.Outcome != Pass {
		t.Errorf("outcome %s", r.Outcome)
	}
	if d := cmp.Diff([]Answer{{"shop", "down", "confirmed down"}}, r.Answers); d != "" || !r.Answers[0].Right() {
		t.Errorf("(-want +got)\n%s", d)
	}
	want := []Measure{
		{"shop", "newyork", "down", pointer(0), pointer(sec), pointer(2 * sec)},
		{"shop", "berlin", "down", pointer(sec / 10), pointer(11 * sec / 10), pointer(21 * sec / 10)},
	}
	if d := cmp.Diff(want, r.Measures); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// TestInvariantsCanFail doctors a good run in one place each, and sees that invariant go red and no other.
func TestInvariantsCanFail(t *testing.T) {
	for name, c := range map[string]struct {
		rule, says string
		doctor     func(*Case)
	}{
		"confirmed where nothing was":  {"no-false-outage", "nothing was wrong", func(c *Case) { c.Scenario.Truth = nil }},
		"confirmed after it was over":  {"no-false-outage", "nothing was wrong", func(c *Case) { c.Log = append(c.Log, decision(25*sec, "berlin", "confirmed", "down", "eu")) }},
		"confirmed worse than it was":  {"no-false-outage", "masked at worst", func(c *Case) { c.Scenario.Truth[0].Impact = firmware.ImpactMasked }},
		"confirmed where it was well":  {"no-false-outage", "us was well", func(c *Case) { c.Scenario.Truth[0].Regions = []string{"eu"} }},
		"confirmed for one site's own": {"no-false-outage", "nothing was wrong", func(c *Case) { c.Scenario.Truth[0].Only = []string{"berlin"} }},
		"scope grew where it was well": {"no-false-outage", "asia", func(c *Case) {
			c.Log = append(c.Log, decision(8*sec, "berlin", "confirmed", "down", "us", "eu", "asia"), decision(15*sec, "berlin", "recovering", "down"), decision(17*sec, "berlin", "up", "none"))
		}},
		"heartbeats on old evidence": {"no-stale-green", "green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			c.Log = append(c.Log, vote(-2*sec, "newyork", "pass"), beat(22*sec, "newyork", 4500), beat(27*sec, "newyork", 9500))
		}},
		"heartbeats of a vote that fails": {"no-stale-green", "green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "fail", 31*sec, 100)
		}},
		"a peer's old evidence": {"no-stale-green", "newyork service/us is green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			telling(c, "berlin", "pass", 31*sec, 9000)
		}},
		"a peer that no longer beats": {"no-stale-green", "newyork service/us is green from 29.40s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			telling(c, "berlin", "pass", 22*sec, 100)
		}},
		"a peer that does not pass": {"no-stale-green", "newyork service/us is green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			telling(c, "berlin", "pending", 31*sec, 100)
		}},
		"a peer that looks at another region": {"no-stale-green", "newyork service/us is green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			telling(c, "berlin", "pass", 31*sec, 100)
			for _, o := range c.Log {
				if o.Kind == "vote" && o.Device == "berlin" {
					o.Fields["region"] = "eu"
				}
			}
		}},
		"a peer whom the device cannot hear": {"no-stale-green", "newyork service/us is green from 27.40s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 18*sec, 100)
			telling(c, "berlin", "pass", 31*sec, 100)
		}},
		"a peer that says its evidence counts longer": {"no-stale-green", "newyork service/us is green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			telling(c, "berlin", "pass", 31*sec, 9000)
			for _, o := range c.Log {
				if o.Kind == "vote" {
					o.Fields["valid_for_ms"] = 250000.0
				}
			}
		}},
		"a peer's heartbeats for another sheet": {"no-stale-green", "newyork service/us is green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			telling(c, "berlin", "pass", 31*sec, 100)
			for _, o := range c.Log {
				if o.Kind == "vote" && o.Device == "berlin" {
					o.Fields["sequence"] = 7.0
				}
			}
		}},
		"a peer's vote that the broker replays": {"no-stale-green", "newyork service/us is green from 25.50s", func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			replayed := vote(26*sec, "berlin", "pass")
			replayed.Fields["age_ms"], replayed.Fields["retained"] = 100.0, true
			c.Log = append(c.Log, replayed)
		}},
		"measuring ended": {"no-stale-green", "green from 25.50s", func(c *Case) { c.Stores[0].Results = until(c.Stores[0].Results, 18*sec) }},
		"the process died": {"no-stale-green", "green from 25.50s", func(c *Case) {
			c.Stores[1].Results = until(c.Stores[1].Results, 18*sec)
		}},
		"green through the outage": {"no-stale-green", "green from 11.50s to 15.00s", func(c *Case) {
			c.Log = without(c.Log, func(o seen.Observation) bool { return o.Kind == seen.KindLamp && o.Device == "berlin" && o.At > 0 })
		}},
		"a service never measured":  {"no-stale-green", "nothing good was known of recorder", func(c *Case) { c.Stores[0].Services = append(c.Stores[0].Services, "recorder") }},
		"a transition never stored": {"feed-is-store", "not in the store", func(c *Case) { c.Stores[0].Transitions = c.Stores[0].Transitions[1:] }},
		"a transition never sent": {"feed-is-store", "never reached the broker", func(c *Case) {
			c.Log = without(c.Log, func(o seen.Observation) bool { return o.Kind == "event" && o.Text("id") == "berlin/0a/1" })
		}},
		"a probe too long": {"no-late-probe", "took 1.5s", func(c *Case) { c.Stores[0].Results[9].Took = 1500 * time.Millisecond }},
		"a probe too long on a machine that overslept less of it": {"no-late-probe", "overslept 200ms of it", func(c *Case) {
			c.Stores[0].Results[9].Took = 1500 * time.Millisecond // from 6 s on
			c.Log = append(c.Log, overslept(6500*time.Millisecond, 200))
			c.Stores[0].Results[9].Took = 1700 * time.Millisecond
		}},
		"a probe too long on a machine that overslept before": {"no-late-probe", "took 1.5s", func(c *Case) {
			c.Stores[0].Results[9].Took = 1500 * time.Millisecond
			c.Log = append(c.Log, overslept(6*sec, 400), overslept(9*sec, 400))
		}},
		"a journal that replays differently": {"journal-replays", "differs", func(c *Case) { c.Stores[1].Trouble = "transition 3 differs" }},
		"a store that nobody read":           {"journal-replays", "was not read", func(c *Case) { c.Stores = c.Stores[:1] }},
	} {
		t.Run(name, func(t *testing.T) {
			run := outage(t)
			c.doctor(&run)
			seen.Sort(run.Log)
			r := Judge(run)
			for _, i := range r.Invariants {
				if i.Pass != (i.Name != c.rule) {
					t.Errorf("%s: %v", i.Name, i.Why)
				}
				if i.Name == c.rule && !strings.Contains(strings.Join(i.Why, "\n"), c.says) {
					t.Errorf("says %q, want %q in it", i.Why, c.says)
				}
			}
			if r.Outcome != Fail {
				t.Errorf("outcome %s", r.Outcome)
			}
		})
	}
}

func until(runs []Run, end time.Duration) []Run {
	return slices.DeleteFunc(slices.Clone(runs), func(r Run) bool { return r.At > end })
}

// TestWhatAStoreCannotShow is no breach.
func TestWhatAStoreCannotShow(t *testing.T) {
	for name, doctor := range map[string]func(*Case){
		"measured just before a power cut": func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "pass", 31*sec, 300)
			seen.Sort(c.Log)
		},
		"seen by a peer alone": func(c *Case) {
			c.Stores[0].Results = until(c.Stores[0].Results, 18*sec)
			telling(c, "newyork", "none", 31*sec, 100)
			c.Log = append(c.Log, vote(-2*sec, "berlin", "fail"))
			v := vote(16*sec, "berlin", "pass")
			v.Fields["age_ms"], v.Fields["sequence"] = 100.0, 1.0
			c.Log = append(c.Log, v)
			for at := 16 * sec; at <= 31*sec; at += sec {
				b := beat(at, "berlin", 900)
				b.Fields["stands"].([]any)[0].(map[string]any)["sequence"] = 1.0
				c.Log = append(c.Log, b)
			}
			seen.Sort(c.Log)
		},
		"sent from memory": func(c *Case) {
			c.Stores[0].Transitions = c.Stores[0].Transitions[:2]
			for _, o := range c.Log {
				if o.Text("id") == "newyork/0a/3" {
					o.Fields["durable"] = false
				}
			}
		},
		"moved aside": func(c *Case) {
			c.Stores[0].Transitions, c.Stores[0].Epochs, c.Stores[0].Reset = nil, []string{"0c"}, true
		},
		"taken away with its card": func(c *Case) {
			c.Scenario.Faults = append(c.Scenario.Faults, scenario.Fault{Do: "storage-lost", With: map[string][]string{"of": {"newyork"}}})
			c.Stores[0].Transitions, c.Stores[0].Epochs, c.Stores[0].Results = nil, []string{"0c"}, c.Stores[0].Results[30:]
			for at := -2 * sec; at < 31*sec; at += sec {
				c.Stores[0].Results = append(c.Stores[0].Results, Run{Service: "shop", Check: "api", Region: "us", At: at, Outcome: firmware.OutcomeHTTPStatus})
			}
		},
		"made at the stop": func(c *Case) {
			c.Stores[0].Transitions = append(c.Stores[0].Transitions, Stored{ID: "newyork/0a/4", At: 31 * sec})
		},
		"a probe that the machine overslept": func(c *Case) {
			c.Stores[0].Results[9].Took = 1500 * time.Millisecond // from 6 s on
			c.Log = append(c.Log, overslept(6200*time.Millisecond, 150), overslept(7200*time.Millisecond, 150))
			seen.Sort(c.Log)
		},
		"a frozen device's probe": func(c *Case) {
			c.Scenario.Faults = append(c.Scenario.Faults, scenario.Fault{Do: "device-freeze", With: map[string][]string{"of": {"newyork"}}, Acts: []scenario.Span{{From: sec, Until: 9 * sec}}})
			c.Stores[0].Results[5].Took = 8 * sec
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := outage(t)
			doctor(&run)
			if r := Judge(run); r.Outcome != Pass {
				t.Errorf("%s: %+v", r.Outcome, r.Invariants)
			}
		})
	}
}

// TestExpectationsCanFail takes from a good run what an expectation needs, and sees it missed.
func TestExpectationsCanFail(t *testing.T) {
	for name, c := range map[string]struct {
		says   string
		doctor func(*Case)
	}{
		"never confirmed": {"berlin: decision of shop is confirmed", func(c *Case) {
			c.Log = without(c.Log, func(o seen.Observation) bool { return o.Device == "berlin" && o.Text("status") == "confirmed" })
		}},
		"confirmed too late": {"FAIL line 9: newyork: decision of shop is confirmed", func(c *Case) { later(c.Log, "newyork", "confirmed", 8500*time.Millisecond) }},
		"not up for long": {"decision of shop is up, for 5s", func(c *Case) {
			c.Log = append(c.Log, decision(21*sec, "berlin", "suspected", "down"), decision(22*sec, "berlin", "up", "none"))
		}},
		"two incidents": {"exactly 1, within 30s of start; it came 2", func(c *Case) {
			o := decision(12*sec, "berlin", "confirmed", "down", "us", "eu")
			o.Fields["incident"], o.Fields["aliases"] = "berlin/0a/9", nil
			c.Log = append(c.Log, o)
		}},
		"red by another rhythm": {"lamp of service/us is red fast blink", func(c *Case) {
			for _, o := range c.Log {
				if o.Text("pattern") == "red fast blink" {
					o.Fields["pattern"] = "red held"
				}
			}
		}},
		"green too long": {"FAIL line 15: never lamp", func(c *Case) {
			c.Log = append(c.Log, lamp(9*sec, "berlin", "green steady"), lamp(9*sec+1, "berlin", "red fast blink"))
		}},
		"a lamp nobody saw": {"it proves nothing", func(c *Case) { c.Log = without(c.Log, func(o seen.Observation) bool { return o.Kind == "lamp" }) }},
		"the tone of masked": {"never buzzer", func(c *Case) {
			c.Log = append(c.Log, seen.Observation{At: 7 * sec, Source: seen.Panel, Device: "berlin", Kind: seen.KindBuzzer, Fields: f("sounds", true, "beats_ms", []any{120.0, 120.0, 120.0, 2640.0})})
		}},
		"an event that is missing": {"it came 1", func(c *Case) {
			c.Log = without(c.Log, func(o seen.Observation) bool { return o.Text("id") == "berlin/0a/2" })
		}},
		"measured otherwise": {"result of shop/*/*", func(c *Case) {
			for i := range c.Stores[0].Results {
				c.Stores[0].Results[i].Outcome = firmware.OutcomeReset
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			run := outage(t)
			c.doctor(&run)
			seen.Sort(run.Log)
			r := Judge(run)
			var said []string
			for _, v := range r.Verdicts {
				if !v.Pass {
					said = append(said, v.String())
				}
			}
			if all := strings.Join(said, "\n"); !strings.Contains(all, c.says) {
				t.Errorf("want %q in\n%s", c.says, all)
			}
		})
	}
}

func later(log []seen.Observation, device, status string, at time.Duration) {
	for i, o := range log {
		if o.Device == device && o.Text("status") == status {
			log[i].At = at
		}
	}
}

// TestMatcherAgreesWithLooking compares the matcher with looking at every tick, for every window and length.
func TestMatcherAgreesWithLooking(t *testing.T) {
	const ends = 50
	rapid.Check(t, func(t *rapid.T) {
		var all []sighting
		var now [ends]string // by tick
		at := 0
		for range rapid.IntRange(1, 8).Draw(t, "n") {
			at += rapid.IntRange(1, 5).Draw(t, "gap")
			all = append(all, sighting{kind: scenario.SeeDecision, subject: "shop", at: time.Duration(at), state: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "state")})
			for tick := at; tick < ends; tick++ {
				now[tick] = all[len(all)-1].state
			}
		}
		made := tracks(all, ends)
		held := func(from, n int) bool { // in the ticks that begin then
			for _, s := range now[from : from+max(n, 1)] {
				if s != "a" && s != "b" {
					return false
				}
			}
			return true
		}
		for from := range 42 {
			for length := range 3 {
				for holds := range 4 {
					want := false
					for begin := from; begin <= from+length; begin++ {
						want = want || held(begin, holds)
					}
					x := scenario.Sight{See: scenario.SeeDecision, Of: "shop", Is: []string{"a", "b"}, Times: -1, Holds: time.Duration(holds),
						Window: scenario.Span{From: time.Duration(from), Until: time.Duration(from + length)}}
					if got := len(meet(made, x)) > 0; got != want {
						t.Fatalf("from %d to %d for %d: %v, want %v, of %v", from, from+length, holds, got, want, now)
					}
				}
			}
		}
	})
}

// TestIncidentsMeetInAliases: whatever each device calls it, it is one where the names meet.
func TestIncidentsMeetInAliases(t *testing.T) {
	say := func(device string, ids ...string) sighting {
		return sighting{kind: scenario.SeeDecision, subject: "shop", device: device, state: "confirmed", says: map[string][]string{"incident": ids[:1], "aliases": ids[1:]}}
	}
	for _, c := range []struct {
		all  []sighting
		want int
	}{
		{nil, 0},
		{[]sighting{say("a", "x")}, 1},
		{[]sighting{say("a", "x"), say("b", "y")}, 2},
		{[]sighting{say("a", "x"), say("b", "y"), say("b", "x", "y")}, 1},
		{[]sighting{say("a", "x", "w"), say("b", "y", "z"), say("b", "w", "z")}, 1},
	} {
		if got := len(incidents(c.all)); got != c.want {
			t.Errorf("%v: %d incidents, want %d", c.all, got, c.want)
		}
	}
}

func TestNotYet(t *testing.T) {
	c := outage(t)
	c.Scenario.NotYet = "nobody built it"
	if r := Judge(c); r.Outcome != Mended {
		t.Errorf("what passes is %s", r.Outcome)
	}
	c.Scenario.Truth = nil
	if r := Judge(c); r.Outcome != NotYet {
		t.Errorf("what fails is %s", r.Outcome)
	}
}

func TestTimelineTellsBoth(t *testing.T) {
	c := outage(t)
	c.Log = without(c.Log, func(o seen.Observation) bool { return o.Device == "berlin" && o.Text("status") == "confirmed" })
	var b strings.Builder
	if err := WriteTimeline(&b, Judge(c)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"     5.00  lab       account-revoked\n", "     6.00  newyork   decision shop: confirmed down us+eu\n",
		"     8.00                                                                      FAIL line 9: berlin: decision of shop is confirmed",
		"seen: shop up at -2.00s, shop suspected down us+eu at 5.10s",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("want %q in\n%s", want, b.String())
		}
	}
}
