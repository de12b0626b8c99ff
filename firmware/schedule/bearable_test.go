package schedule

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

// TestBearableNeverOverspends: a month in which every run of the grid is started costs at most the
// budget; and looking a second more often would cost more.
func TestBearableNeverOverspends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Spend {
			return Spend{rapid.Int64Range(1, 1<<20).Draw(t, "bytes"), time.Duration(rapid.IntRange(1, 3600).Draw(t, "interval")) * time.Second}
		}), 0, 40).Draw(t, "checks")
		budget := rapid.Int64Range(0, 1<<34).Draw(t, "budget")
		every, ok := Bearable(checks, budget)
		var sum, more int64
		for _, c := range checks {
			sum += c.Bytes * runs(max(every, c.Interval))
			more += c.Bytes * runs(max(every-time.Second, c.Interval))
		}
		if ok != (sum <= budget) || every < time.Second || every > longest || every%time.Second != 0 {
			t.Fatalf("every %s (%v): %d bytes of %d", every, ok, sum, budget)
		}
		if ok && every > time.Second && more <= budget {
			t.Fatalf("every %s, though a second less costs %d of %d", every, more, budget)
		}
	})
}

// runs counts the instants of a grid in a closed month, wherever its phase is best.
func runs(every time.Duration) (n int64) {
	for at := time.Duration(0); at <= month; at += max(every, time.Hour) {
		n++
	}
	if every >= time.Hour {
		return n
	}
	return int64(month.Seconds()/every.Seconds()) + 1
}

// TestTenServicesForAMonth is what the product promises: 10 services over LTE for 200 MB a month, a quarter of it
// kept for incidents.
func TestTenServicesForAMonth(t *testing.T) {
	https := firmware.Check{Kind: "http", HTTP: &firmware.HTTPCheck{URL: "https://www.example.com/"}}
	control := firmware.Check{Kind: "dns", DNS: &firmware.DNSCheck{}}
	var checks []Spend
	for range 10 {
		checks = append(checks, Spend{Cost(https), 10 * time.Second})
	}
	for range 3 {
		checks = append(checks, Spend{Cost(control), 30 * time.Second})
	}
	every, ok := Bearable(checks, 150e6)
	if !ok || every < 10*time.Minute || every > 30*time.Minute {
		t.Errorf("every %s (%v)", every, ok)
	}
	t.Logf("10 services over https and 3 controls: every %s", every)
	if every, _ := Bearable(checks, 100e9); every != time.Second {
		t.Errorf("with plenty: every %s, want each check's own interval", every)
	}
	if _, ok := Bearable(checks, 1e6); ok {
		t.Error("a megabyte a month is enough for 10 services")
	}
}

// TestCostsAreInOrder: what does more costs more, and no kind is free.
func TestCostsAreInOrder(t *testing.T) {
	http := func(c firmware.HTTPCheck) int64 { return Cost(firmware.Check{Kind: "http", HTTP: &c}) }
	for _, c := range []struct {
		name       string
		less, more int64
	}{
		{"a lookup and a page", Cost(firmware.Check{Kind: "dns"}), http(firmware.HTTPCheck{URL: "http://a/"})},
		{"without and with TLS", http(firmware.HTTPCheck{URL: "http://a/"}), http(firmware.HTTPCheck{URL: "https://a/"})},
		{"HEAD and GET", http(firmware.HTTPCheck{URL: "https://a/", Method: "HEAD"}), http(firmware.HTTPCheck{URL: "https://a/"})},
		{"pinned and resolved", http(firmware.HTTPCheck{URL: "https://a/", Address: "192.0.2.1"}), http(firmware.HTTPCheck{URL: "https://a/"})},
		{"a body sent", http(firmware.HTTPCheck{URL: "https://a/"}), http(firmware.HTTPCheck{URL: "https://a/", Body: "x"})},
		{"tcp and tls", Cost(firmware.Check{Kind: "tcp"}), Cost(firmware.Check{Kind: "tls"})},
		{"icmp and nothing", 0, Cost(firmware.Check{Kind: "icmp"})},
		{"a page and what nobody has measured", http(firmware.HTTPCheck{URL: "https://a/"}), Cost(firmware.Check{Kind: "new"})},
		{"a small page and a large one", http(firmware.HTTPCheck{URL: "https://a/"}), http(firmware.HTTPCheck{URL: "https://a/", MinBytes: 1 << 20})},
		{"HEAD and GET of a large one", http(firmware.HTTPCheck{URL: "https://a/", MinBytes: 1 << 20, Method: "HEAD"}), http(firmware.HTTPCheck{URL: "https://a/"})},
	} {
		if c.less >= c.more {
			t.Errorf("%s: %d and %d bytes", c.name, c.less, c.more)
		}
	}
}
