package feed

import (
	"testing"

	"edgeprobe.io/firmware/feed/mosquittotest"
)

// BenchmarkDrain empties a backlog into the real broker: single transitions, and messages of 500 results.
func BenchmarkDrain(b *testing.B) {
	for _, c := range []struct {
		name  string
		class Class
		bytes int
		holds float64
	}{{"transitions", Transitions, 700, 1}, {"results", Results, 9500, 500}} {
		b.Run(c.name, func(b *testing.B) {
			m := mosquittotest.Start(b)
			r := newRig(b, Broker{URL: m.URL()})
			r.backlog.add(c.class, b.N, func(uint64) []byte { return make([]byte, c.bytes) })
			b.ResetTimer()
			r.run()
			eventually(b, "the backlog is acknowledged", func() bool { return r.backlog.count(c.class) == b.N })
			b.ReportMetric(float64(b.N)*c.holds/b.Elapsed().Seconds(), string(c.class)+"/s")
		})
	}
}
