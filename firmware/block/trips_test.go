package block

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// evidence makes n results of one check of each of 4 services over 2 uplinks, each every 10 s.
func evidence(n int, fill func(r *firmware.Result, rnd *rand.Rand, us func(mean float64) time.Duration)) []Numbered {
	rnd := rand.New(rand.NewPCG(5, 6))
	us := func(mean float64) time.Duration {
		return time.Duration(max(mean+mean/20*rnd.NormFloat64(), 1)) * time.Microsecond
	}
	all := make([]Numbered, n)
	for i := range all {
		key := i % 8
		r := &all[i].Result
		up := time.Hour + time.Duration(i/8)*10*time.Second + time.Duration(key)*1250*time.Millisecond + us(300)
		*r = firmware.Result{Check: firmware.CheckRef{Service: fmt.Sprintf("service-%d", key/2), Name: "evidence"}, Uplink: [...]string{"eth0", "wwan0"}[key%2],
			Start: firmware.Stamp{Boot: firmware.BootID{1, 2, 3}, Up: up}, Outcome: firmware.OutcomeOK, Address: netip.AddrFrom4([4]byte{203, 0, 113, byte(key / 2)})}
		fill(r, rnd, us)
		all[i].Seq = uint64(1000 + i)
	}
	return all
}

// pinged fills in a run of five pings; in words, as it was once told.
func pinged(words bool) func(*firmware.Result, *rand.Rand, func(float64) time.Duration) {
	return func(r *firmware.Result, _ *rand.Rand, us func(float64) time.Duration) {
		trips := []time.Duration{us(11000), us(11000), us(11000), us(11000), us(11000)}
		slices.Sort(trips)
		least, most := trips[0], trips[4]
		r.Phases.Wait, r.Took = trips[2], 800*time.Millisecond+us(11000)
		if dev := us(500); words {
			r.Detail = fmt.Sprintf("5 of 5 answered, 0%% lost, rtt min/avg/max/mdev %.3f/%.3f/%.3f/%.3f ms",
				least.Seconds()*1e3, r.Phases.Wait.Seconds()*1e3, most.Seconds()*1e3, dev.Seconds()*1e3)
		} else {
			r.Trips = firmware.Trips{Sent: 5, Answered: 5, Min: least, Max: most, Dev: dev}
		}
	}
}

// looked fills in a lookup of three addresses that a resolver has held for a while and hands out in any order; in
// words, as it was once told.
func looked(words bool) func(*firmware.Result, *rand.Rand, func(float64) time.Duration) {
	return func(r *firmware.Result, rnd *rand.Rand, us func(float64) time.Duration) {
		r.Phases.Resolve = us(2500)
		r.Took = r.Phases.Resolve + us(150)
		answers := []string{"203.0.113.17", "203.0.113.92", "203.0.113.140"}
		ttl := time.Duration(1+rnd.IntN(300)) * time.Second
		if words {
			rnd.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
			r.Detail = fmt.Sprintf("%s; ttl %d s", strings.Join(answers, ", "), ttl/time.Second)
		} else {
			r.Detail, r.Cache.Fresh = strings.Join(answers, ", "), ttl
		}
	}
}

// TestEvidenceIsSmall: good runs of icmp and dns carry figures where words would cost much more.
func TestEvidenceIsSmall(t *testing.T) {
	const n = 1000
	size := func(all []Numbered) float64 {
		data, err := Encode(nil, all)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(data); err != nil || equal(all, got) != "" {
			t.Fatalf("%v, (-want +got)\n%s", err, equal(all, got))
		}
		return float64(len(data)) / n
	}
	for _, tc := range []struct {
		kind string
		fill func(words bool) func(*firmware.Result, *rand.Rand, func(float64) time.Duration)
		most float64
	}{{"icmp", pinged, 20}, {"dns", looked, 16}} {
		before, after := size(evidence(n, tc.fill(true))), size(evidence(n, tc.fill(false)))
		t.Logf("%s: %.1f B/result, in words %.1f", tc.kind, after, before)
		if after > tc.most {
			t.Errorf("a good %s run takes %.1f B, want at most %.0f", tc.kind, after, tc.most)
		}
	}
}

// TestTripsCostOnlyWhereTheyAre: what stands beside them grows by a bit each, and without them by nothing.
func TestTripsCostOnlyWhereTheyAre(t *testing.T) {
	alone, err := Encode(nil, steady(1000))
	if err != nil || alone[0] != Version {
		t.Fatalf("version %d, %v", alone[0], err)
	}
	ping := evidence(1, pinged(false))[0]
	ping.Seq = 5000
	mixed, err := Encode(nil, append(steady(1000), ping))
	if err != nil || mixed[0] != VersionTrips {
		t.Fatalf("version %d, %v", mixed[0], err)
	}
	if more := len(mixed) - len(alone); more > 400 {
		t.Errorf("one ping among 1000 results costs %d bytes", more)
	}
}
