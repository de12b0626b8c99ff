package block

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// steady makes n results of 10 services with 4 checks each over 2 uplinks, each check every 10 s: fresh https
// probes with the jitter of a real line.
func steady(n int) []Numbered {
	rnd := rand.New(rand.NewPCG(1, 2))
	jitter := func(mean, sigma float64) time.Duration {
		return time.Duration(max(mean+sigma*rnd.NormFloat64(), 1)) * time.Microsecond
	}
	all := make([]Numbered, n)
	for i := range all {
		key, round := i%80, i/80
		service, check, uplink := key/8, key/2%4, key%2
		p := firmware.Phases{Resolve: jitter(2500, 300), Connect: jitter(11000+2000*float64(uplink), 300),
			TLS: jitter(14000+2000*float64(uplink), 500), Wait: jitter(22000+3000*float64(check), 1200), Transfer: jitter(180, 60)}
		up := time.Hour + time.Duration(round)*10*time.Second + time.Duration(key)*125*time.Millisecond + jitter(300, 150)
		all[i] = Numbered{uint64(1000 + i), firmware.Result{
			Check:   firmware.CheckRef{Service: fmt.Sprintf("service-%d", service), Name: [...]string{"edge", "origin", "api", "script"}[check]},
			Uplink:  [...]string{"eth0", "wwan0"}[uplink],
			Start:   firmware.Stamp{Boot: firmware.BootID{1, 2, 3}, Up: up.Truncate(time.Microsecond)},
			Took:    p.Resolve + p.Connect + p.TLS + p.Wait + p.Transfer + jitter(250, 60),
			Outcome: firmware.OutcomeOK, Status: 200, Phases: p, Conn: firmware.ConnResumed,
			Address: netip.AddrFrom4([4]byte{203, 0, 113, byte(service*2 + check/2)}), Bytes: uint32(5000 + 100*check),
			Expires: 1_790_000_000 + int64(service)*86_400*3,
			Cache:   firmware.CacheEvidence{State: firmware.CacheHit, Aged: true, Age: time.Duration(int(up.Seconds())%3600) * time.Second, Fresh: time.Duration(3600-int(up.Seconds())%3600) * time.Second},
		}}
	}
	return all
}

func TestBlocksAreSmall(t *testing.T) {
	for n, most := range map[int]float64{80: 20, 240: 16, 500: 15, 4096: 14} {
		data, err := Encode(nil, steady(n))
		if err != nil {
			t.Fatal(err)
		}
		per := float64(len(data)) / float64(n)
		t.Logf("%4d results: %.2f B/result", n, per)
		if per > most {
			t.Errorf("%d results take %.2f B each, want at most %.0f", n, per, most)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, n := range []int{1, 80, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			all, data := steady(n), []byte(nil)
			for b.Loop() {
				var err error
				if data, err = Encode(data[:0], all); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(data))/float64(n), "bytes/result")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/result")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	data, err := Encode(nil, steady(500))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*500), "ns/result")
}
