package agent

import (
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/schedule"
)

// TestLag: of a hundred runs two began late, which the median does not show; the newest push out the oldest.
func TestLag(t *testing.T) {
	var l lags
	due := firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Hour}
	run := func(late time.Duration) {
		ref := firmware.CheckRef{Service: "shop", Name: "home"}
		l.begin(schedule.Run{Job: schedule.Job{Ref: ref, Uplink: "eth0"}, Due: due})
		l.end(firmware.Result{Check: ref, Uplink: "eth0", Start: due.Add(late)})
	}
	if got := l.look(); got.Runs != 0 {
		t.Errorf("before any run: %+v", got)
	}
	for range 98 {
		run(2 * time.Millisecond)
	}
	run(time.Second)
	run(time.Second)
	if got := l.look(); got.Runs != 100 || got.Median != 2 || got.P99 != 1000 {
		t.Errorf("%+v, want a median of 2 ms and a p99 of 1000 ms", got)
	}
	for range lagRuns {
		run(0)
	}
	if got := l.look(); got.Runs != lagRuns || got.P99 != 0 {
		t.Errorf("%+v, want the newest alone", got)
	}
}
