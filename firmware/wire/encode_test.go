package wire_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/wire"
)

func TestNoTransitionIsTooLong(t *testing.T) {
	long := strings.Repeat("z", 63)
	rapid.Check(t, func(t *rapid.T) {
		d := decision()
		d.Service, d.AckedBy = long, strings.Repeat("\x01", 200)
		d.Why = rapid.OneOf(rapid.StringN(0, 2000, 8000), rapid.Just(strings.Repeat("\x00", 400))).Draw(t, "why")
		for range rapid.IntRange(0, 60).Draw(t, "regions") {
			d.Regions = append(d.Regions, firmware.RegionDecision{Region: long, Status: firmware.StatusSingleSite, Impact: firmware.ImpactDegraded})
			d.Scope.Targets, d.Scope.Observers = append(d.Scope.Targets, long), append(d.Scope.Observers, long)
			d.Aliases = append(d.Aliases, firmware.ID{Device: long, Epoch: 1, Sequence: 1 << 63})
		}
		tr := fold.Transition{Seq: 1 << 52, At: at(0), Kind: "decision", Subject: long, From: "x", To: "y", Decision: &d, Why: d.Why}
		payload, err := wire.EncodeEvent(long, 1, tr, wire.Sending{Now: at(0)}, clock{})
		if err != nil || len(payload) >= wire.MaxPayload {
			t.Fatalf("%d bytes, %v", len(payload), err)
		}
		m, err := wire.DecodeEvent(payload)
		if err != nil || m.ID != long+"/0000000000000001/4503599627370496" {
			t.Fatalf("%+v, %v", m, err)
		}
		if payload, err = wire.EncodeDecision(long, d, clock{}); err != nil || len(payload) >= wire.MaxPayload {
			t.Fatalf("%d bytes, %v", len(payload), err)
		}
	})
}

func TestEventSaysWhenItIsHistory(t *testing.T) {
	tr := fold.Transition{Seq: 1, At: at(time.Minute), Kind: "part", Subject: "store"}
	for now, want := range map[firmware.Stamp]bool{
		at(time.Minute): false, at(90 * time.Second): false, at(91 * time.Second): true, {Boot: firmware.BootID{8}}: true,
	} {
		payload, err := wire.EncodeEvent("berlin", 5, tr, wire.Sending{Now: now}, clock{})
		if err != nil {
			t.Fatal(err)
		}
		m, err := wire.DecodeEvent(payload)
		if err != nil || m.Replayed != want || m.Durable {
			t.Errorf("sent at %v: replayed %v, durable %v, %v; want replayed %v", now, m.Replayed, m.Durable, err, want)
		}
	}
}

func TestTimesAreUTCAndNeverInvented(t *testing.T) {
	d := decision()
	d.Started = firmware.Stamp{Boot: firmware.BootID{9}, Up: time.Second} // a boot whose clock was never set
	payload, err := wire.EncodeDecision("berlin", d, clock{})
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(payload, &m); err != nil {
		t.Fatal(err)
	}
	if m["confirmed_at"] != "2025-01-22T08:00:00.7Z" || m["started_at"] != nil || m["masked_for_s"] != 3180.0 {
		t.Errorf("confirmed_at %v, started_at %v, masked_for_s %v", m["confirmed_at"], m["started_at"], m["masked_for_s"])
	}
}

func TestSeverityLastsAsLongAsTheIncident(t *testing.T) {
	for _, c := range []struct {
		status firmware.Status
		impact firmware.Impact
		want   string
	}{
		{firmware.StatusUp, firmware.ImpactNone, wire.SeverityInfo},
		{firmware.StatusUnknown, firmware.ImpactNone, wire.SeverityInfo},
		{firmware.StatusSuspected, firmware.ImpactDown, wire.SeverityInfo},
		{firmware.StatusPartial, firmware.ImpactDown, wire.SeverityWarning},
		{firmware.StatusSingleSite, firmware.ImpactDown, wire.SeverityWarning},
		{firmware.StatusConfirmed, firmware.ImpactDegraded, wire.SeverityWarning},
		{firmware.StatusConfirmed, firmware.ImpactMasked, wire.SeverityCritical},
		{firmware.StatusConfirmed, firmware.ImpactDown, wire.SeverityCritical},
		{firmware.StatusRecovering, firmware.ImpactDown, wire.SeverityCritical},
	} {
		if got := wire.Severity(firmware.Decision{Status: c.status, Impact: c.impact}); got != c.want {
			t.Errorf("%s %s is %s, want %s", c.status, c.impact, got, c.want)
		}
	}
	again := firmware.Decision{Status: firmware.StatusRecovering, Impact: firmware.ImpactDown, Relapsing: true}
	if got := wire.Severity(again); got != wire.SeverityInfo {
		t.Errorf("an incident that was over is doubted, and that is %s", got)
	}
}

func TestResultsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := wire.ResultsMessage{
			Epoch: rapid.Uint64().Draw(t, "epoch"), Block: rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "block"),
			Clock: firmware.ClockState{
				Offset:  time.Duration(rapid.Int64().Draw(t, "offset")),
				Quality: rapid.SampledFrom([]firmware.ClockQuality{"unknown", "estimated", "corrected", "synced"}).Draw(t, "quality"),
			},
		}
		payload, err := wire.EncodeResults(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.DecodeResults(payload)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Fatalf("%v (-want +got)\n%s", err, diff)
		}
		for n := range min(len(payload), 21) {
			if _, err := wire.DecodeResults(payload[:n]); err == nil {
				t.Fatalf("the first %d bytes were read as whole", n)
			}
		}
	})
	if _, err := wire.EncodeResults(wire.ResultsMessage{Block: make([]byte, wire.MaxResults)}); err == nil {
		t.Error("a block over the limit was written")
	}
	if _, err := wire.DecodeResults(append([]byte("EPR\x02"), bytes.Repeat([]byte{0}, 17)...)); err == nil {
		t.Error("version 2 was read as version 1")
	}
}

func TestMetricsLeaveOutWhatDoesNotFit(t *testing.T) {
	s := fold.ServiceView{}
	for range 256 {
		s.Checks = append(s.Checks, fold.CheckView{Name: rapid.StringMatching(`[a-z]{60}`).Example(len(s.Checks)), Uplink: "eth0"})
	}
	payload, err := wire.EncodeMetrics(s)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]float64
	if err := json.Unmarshal(payload, &m); err != nil {
		t.Fatal("not flat numbers:", err)
	}
	if m["checks"] != 256 || m["checks_left_out"] < 1 {
		t.Errorf("checks %v, left out %v", m["checks"], m["checks_left_out"])
	}
}
