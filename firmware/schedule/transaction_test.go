package schedule

import (
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

const mega = int64(1 << 20)

// upload sends three megabytes, of which one is broken off in the middle and resumed, and reads them all back.
func upload() firmware.Check {
	step := func(from, to, cut int64, resume string) firmware.StepCheck {
		return firmware.StepCheck{
			HTTPCheck:  firmware.HTTPCheck{URL: "${file}", Method: "PATCH"},
			Send:       firmware.Content{Name: "clip", From: from, To: to, FromName: resume},
			BreakAfter: cut,
		}
	}
	return firmware.Check{Kind: "transaction", Transaction: &firmware.TransactionCheck{
		Steps: []firmware.StepCheck{
			{HTTPCheck: firmware.HTTPCheck{URL: "http://a/files", Method: "POST"}},
			step(0, mega, 0, ""), step(mega, 2*mega, mega/2, ""), step(0, 3*mega, 0, "offset"),
			{HTTPCheck: firmware.HTTPCheck{URL: "${file}", MinBytes: 3 * mega, MaxBytes: 3 * mega}},
		},
		Cleanup: []firmware.StepCheck{{HTTPCheck: firmware.HTTPCheck{URL: "${file}", Method: "DELETE"}}},
	}}
}

// TestAnUploadCostsWhatItCarries: each byte counts once a way, with a sixteenth for its packets, and each request.
func TestAnUploadCostsWhatItCarries(t *testing.T) {
	c := upload()
	carried := 6*mega + 6*mega/16
	if cost := Cost(c); cost < carried+6*costHTTP || cost > carried+6*(costHTTP+costLookup) {
		t.Errorf("costs %d bytes, of which %d are its content", cost, carried)
	}
	with := Cost(c)
	c.Transaction.Cleanup = nil
	if without := Cost(c); with-without != costHTTP+costLookup {
		t.Errorf("the clean-up costs %d bytes", with-without)
	}
	plain := Cost(c)
	if c.Transaction.Steps[0].URL = "https://a/files"; Cost(c)-plain != 5*(costHTTPS-costHTTP) {
		t.Errorf("TLS costs %d bytes", Cost(c)-plain)
	}
	page := firmware.Check{Kind: "http", HTTP: &firmware.HTTPCheck{URL: "https://a/", MinBytes: 20_000, MaxBytes: 40_000}}
	if cost := Cost(page); cost < 30_000 || cost > 45_000 {
		t.Errorf("a body of 20 to 40 kB costs %d bytes", cost)
	}
}

// TestDearChecksAreNotRepeatedAtThePaceOfCheapOnes: what a failing service's jobs cost is at most 64 KiB/s each, apart
// from those that cost little; and nobody looks less often than in calm.
func TestDearChecksAreNotRepeatedAtThePaceOfCheapOnes(t *testing.T) {
	cheap := Cost(firmware.Check{Kind: "http", HTTP: &firmware.HTTPCheck{URL: "https://a/"}})
	dear := Cost(upload())
	for _, c := range []struct {
		name     string
		bytes    int64
		interval time.Duration
		burst    time.Duration // from the end of a run to the next
		incident time.Duration // between runs
	}{
		{"a page", cheap, time.Minute, 150 * time.Millisecond, time.Second},
		{"half a megabyte", mega / 2, time.Minute, 8 * time.Second, 8 * time.Second},
		{"an upload", dear, 10 * time.Minute, time.Duration(dear>>16) * time.Second, time.Duration(dear>>16) * time.Second},
		{"an upload a minute", dear, time.Minute, time.Minute, time.Minute},
	} {
		ref := firmware.CheckRef{Service: "s", Name: "c"}
		now := firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Hour}
		p := New([]Job{{Ref: ref, Uplink: "eth0", Interval: c.interval, Bytes: c.bytes}}, "berlin", now, Defaults())
		p.Due(now)
		p.Ended(ref, "eth0", now)
		p.Attend("s", "eth0", Burst, now.Add(time.Millisecond))
		if wait := p.Next().Since(now); wait != c.burst {
			t.Errorf("%s: the first recheck comes after %v, want %v", c.name, wait, c.burst)
		}
		now = p.Next()
		p.Due(now)
		now = now.Add(time.Second)
		p.Ended(ref, "eth0", now)
		if wait := p.Next().Since(now); wait != c.burst {
			t.Errorf("%s: the next recheck comes after %v, want %v", c.name, wait, c.burst)
		}
		p.Attend("s", "eth0", Incident, now)
		if wait := p.Next().Since(now); wait != c.incident {
			t.Errorf("%s: the next run of an incident comes after %v, want %v", c.name, wait, c.incident)
		}
	}
}
