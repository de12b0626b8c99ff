package block

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

// anyDuration draws any duration of whole microseconds, mostly small ones.
func anyDuration() *rapid.Generator[time.Duration] {
	us := rapid.OneOf(rapid.Int64Range(0, 300_000), rapid.Int64Range(math.MinInt64/1000, math.MaxInt64/1000),
		rapid.Map(rapid.Int64Range(-5, 100_000), func(s int64) int64 { return s * 1_000_000 }))
	return rapid.Map(us, func(v int64) time.Duration { return time.Duration(v) * time.Microsecond })
}

func anyName() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "shop", "edge", "origin", "eth0"}), rapid.StringN(-1, -1, MaxName))
}

func anyAddress() *rapid.Generator[netip.Addr] {
	return rapid.Custom(func(t *rapid.T) netip.Addr {
		switch rapid.IntRange(0, 3).Draw(t, "family") {
		case 0:
			return netip.Addr{}
		case 1:
			return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4")))
		case 2:
			return netip.AddrFrom16([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "v6")))
		}
		return netip.MustParseAddr("fe80::1").WithZone(rapid.StringN(0, -1, MaxName).Draw(t, "zone"))
	})
}

func anyResult() *rapid.Generator[firmware.Result] {
	return rapid.Custom(func(t *rapid.T) firmware.Result {
		d := func(name string) time.Duration { return anyDuration().Draw(t, name) }
		boot := rapid.SampledFrom([]firmware.BootID{{}, {1}, {15: 2}}).Draw(t, "boot")
		return firmware.Result{
			Check:   firmware.CheckRef{Service: anyName().Draw(t, "service"), Name: anyName().Draw(t, "check")},
			Uplink:  anyName().Draw(t, "uplink"),
			Start:   firmware.Stamp{Boot: boot, Up: d("start")},
			Took:    d("took"),
			Outcome: firmware.Outcome(rapid.Uint8Max(uint8(firmware.OutcomeLast)).Draw(t, "outcome")),
			Status:  rapid.Uint16().Draw(t, "status"),
			Phases:  firmware.Phases{Resolve: d("resolve"), Connect: d("connect"), TLS: d("tls"), Wait: d("wait"), Transfer: d("transfer")},
			Conn:    firmware.Conn(rapid.Uint8Max(uint8(firmware.ConnKept)).Draw(t, "conn")),
			Address: anyAddress().Draw(t, "address"),
			Bytes:   rapid.Uint32().Draw(t, "bytes"),
			Cache: firmware.CacheEvidence{State: firmware.CacheState(rapid.Uint8Max(uint8(firmware.CacheEdgeMade)).Draw(t, "cache")),
				Aged: rapid.Bool().Draw(t, "aged"), Age: d("age"), Fresh: d("fresh")},
			Expires: rapid.Int64().Draw(t, "expires"),
			Marker:  rapid.Uint64().Draw(t, "marker"),
			Detail:  rapid.StringN(0, -1, firmware.MaxDetail).Draw(t, "detail"),
			Steps:   anySteps(t),
			Trips:   anyTrips(t),
		}
	})
}

// anyTrips draws the round trips of one result in three.
func anyTrips(t *rapid.T) firmware.Trips {
	sent := rapid.Uint8().Draw(t, "sent")
	if sent == 0 || rapid.IntRange(0, 2).Draw(t, "trips") > 0 {
		return firmware.Trips{}
	}
	d := func(name string) time.Duration { return anyDuration().Draw(t, name) }
	return firmware.Trips{Sent: sent, Answered: rapid.Uint8Max(sent).Draw(t, "got back"), Min: d("min"), Max: d("max"), Dev: d("dev")}
}

// anySteps draws the steps of one result in three.
func anySteps(t *rapid.T) []firmware.Step {
	if rapid.IntRange(0, 2).Draw(t, "steps") > 0 {
		return nil
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) firmware.Step {
		d := func(name string) time.Duration { return anyDuration().Draw(t, name) }
		return firmware.Step{
			Name: anyName().Draw(t, "step"), Took: d("took"), Status: rapid.Uint16().Draw(t, "status"), Bytes: rapid.Uint32().Draw(t, "bytes"),
			Outcome: firmware.Outcome(rapid.Uint8Max(uint8(firmware.OutcomeLast)).Draw(t, "outcome")),
			Phases:  firmware.Phases{Resolve: d("resolve"), Connect: d("connect"), TLS: d("tls"), Wait: d("wait"), Transfer: d("transfer")},
		}
	}), 1, firmware.MaxSteps).Draw(t, "all steps")
}

func anyResults(t *rapid.T) []Numbered {
	pool := rapid.SliceOfN(anyResult(), 1, 8).Draw(t, "pool") // so that keys and values repeat
	seq := rapid.Uint64Max(1<<40).Draw(t, "first")
	var all []Numbered
	for range rapid.IntRange(1, 40).Draw(t, "n") {
		r := rapid.SampledFrom(pool).Draw(t, "result")
		r.Start.Up = anyDuration().Draw(t, "start")
		all = append(all, Numbered{seq, r})
		seq += rapid.Uint64Range(1, 3).Draw(t, "gap")
	}
	return all
}

func equal(a, b []Numbered) string {
	return cmp.Diff(a, b, cmp.Comparer(func(x, y netip.Addr) bool { return x == y }))
}

func TestDecodeGivesBackWhatEncodeTook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyResults(t)
		data, err := Encode([]byte("head"), want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data[4:])
		if err != nil {
			t.Fatal(err)
		}
		if diff := equal(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
		first, last, n, err := Span(data[4:])
		if err != nil || first != want[0].Seq || last != want[len(want)-1].Seq || n != len(want) {
			t.Fatalf("Span = %d %d %d %v", first, last, n, err)
		}
	})
}

func TestEveryFieldIsStored(t *testing.T) {
	// A field added to Result must be added to the columns: this result has no zero field.
	r := steady(1)[0]
	r.Result.Marker, r.Result.Detail, r.Result.Bytes = 7, "why", 9
	r.Result.Cache = firmware.CacheEvidence{State: firmware.CacheHit, Aged: true, Age: time.Second, Fresh: time.Minute}
	r.Result.Steps = []firmware.Step{{Name: "create", Took: r.Result.Took, Outcome: firmware.OutcomeOK, Status: 201, Phases: r.Result.Phases, Bytes: 9}}
	r.Result.Trips = firmware.Trips{Sent: 5, Answered: 4, Min: time.Millisecond, Max: time.Second, Dev: time.Microsecond}
	if field := firstZero(r); field != "" {
		t.Fatalf("the test's own result leaves %s zero", field)
	}
	data, err := Encode(nil, []Numbered{r})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := equal([]Numbered{r}, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}

func TestDurationsAreFloored(t *testing.T) {
	r := Numbered{Seq: 1}
	r.Result.Cache.Fresh, r.Result.Took = -1, 1999
	data, err := Encode(nil, []Numbered{r})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(data)
	if err != nil || got[0].Result.Cache.Fresh != -time.Microsecond || got[0].Result.Took != time.Microsecond {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestMergeKeepsEveryResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := steady(rapid.IntRange(1, 300).Draw(t, "n"))
		var blocks [][]byte
		for rest := all; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			data, err := Encode(nil, rest[:n])
			if err != nil {
				t.Fatal(err)
			}
			blocks, rest = append(blocks, data), rest[n:]
		}
		merged, err := Merge(100, blocks...)
		if err != nil {
			t.Fatal(err)
		}
		var got []Numbered
		for _, data := range merged {
			part, err := Decode(data)
			if err != nil || len(part) > 100 {
				t.Fatalf("%d results, %v", len(part), err)
			}
			got = append(got, part...)
		}
		if diff := equal(all, got); diff != "" || len(merged) != (len(all)+99)/100 {
			t.Fatalf("%d blocks (-want +got)\n%s", len(merged), diff)
		}
	})
}
