package store

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"edgeprobe.io/firmware/block"
)

// written returns how many bytes this process had written to cards, by the kernel's count.
func written(b *testing.B) (n int64) {
	b.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		b.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "\nwrite_bytes: ")
	if _, err := fmt.Sscan(after, &n); err != nil || !ok {
		b.Fatal("no write_bytes", err)
	}
	return n
}

// BenchmarkFlash stores 80 results per 10 s with a commit each 30 s and a peer's heartbeat in each. One round is a
// commit.
func BenchmarkFlash(b *testing.B) {
	s := mustOpen(b, settings(b.TempDir()))
	defer s.Close()
	seq, before := uint64(0), written(b)
	for b.Loop() {
		for range 240 {
			seq++
			offer(b, s, result(seq))
		}
		seq++
		offer(b, s, beat(seq))
		if err := s.commit(); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.db().Checkpoint(); err != nil {
		b.Fatal(err)
	}
	results := float64(s.Stats().Results)
	b.ReportMetric(float64(written(b)-before)/results, "flash-bytes/result")
	b.ReportMetric(float64(s.Stats().Bytes)/results, "stored-bytes/result")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/results, "ns/result")
}

// BenchmarkTransition is what one durable transition costs.
func BenchmarkTransition(b *testing.B) {
	s := mustOpen(b, settings(b.TempDir()))
	defer s.Close()
	seq, before := uint64(0), written(b)
	for b.Loop() {
		seq++
		offer(b, s, change(seq, seq))
		if err := s.commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(written(b)-before)/float64(seq), "flash-bytes/transition")
}

// BenchmarkOffer is what the fold's loop pays for a result.
func BenchmarkOffer(b *testing.B) {
	s := mustOpen(b, settings(b.TempDir()))
	defer s.Close()
	e := result(1)
	for b.Loop() {
		if e.Event.Seq++; len(s.queue.items) == maxQueue {
			s.queue.items = s.queue.items[:0]
		}
		offer(b, s, e)
	}
}

// BenchmarkDrain reads a backlog as the feed does, once as it is stored and once merged into blocks of 500.
func BenchmarkDrain(b *testing.B) {
	for _, merged := range []bool{false, true} {
		b.Run(fmt.Sprintf("merged=%v", merged), func(b *testing.B) {
			s := mustOpen(b, settings(b.TempDir()))
			defer s.Close()
			const total = 240 * 200
			for seq := range uint64(total) {
				offer(b, s, result(seq+1))
				if seq%240 == 239 {
					if err := s.commit(); err != nil {
						b.Fatal(err)
					}
				}
			}
			bytes := 0
			for b.Loop() {
				bytes = drain(b, s, merged)
			}
			b.ReportMetric(float64(bytes)/total, "wire-bytes/result")
			b.ReportMetric(float64(b.N*total)/b.Elapsed().Seconds(), "results/s")
		})
	}
}

func drain(b *testing.B, s *Store, merged bool) (bytes int) {
	for after := uint64(0); ; {
		rows, err := s.Blocks(after, 25)
		if err != nil {
			b.Fatal(err)
		}
		if len(rows) == 0 {
			return bytes
		}
		var blocks [][]byte
		for _, r := range rows {
			blocks, after = append(blocks, r.Data), r.Last
		}
		if merged {
			if blocks, err = block.Merge(500, blocks...); err != nil {
				b.Fatal(err)
			}
		}
		for _, data := range blocks {
			bytes += len(data)
		}
	}
}
