package world

import (
	"time"

	"edgeprobe.io/scripts/lab/seen"
)

// How the lab watches its own machine: it naps so long, and notes when it woke up so much too late.
const (
	nap       = 20 * time.Millisecond
	overslept = 10 * time.Millisecond
)

// watchSleep notes when this machine had no time for the lab, until the world ends: it had none for the devices then.
func (w *World) watchSleep() {
	t := time.NewTimer(nap)
	defer t.Stop()
	for due := time.Now().Add(nap); ; due = time.Now().Add(nap) {
		t.Reset(time.Until(due))
		select {
		case <-w.ctx.Done():
			return
		case <-t.C:
		}
		if late := time.Since(due); late > overslept {
			w.saw(seen.Observation{Source: seen.Lab, Kind: seen.KindWorld, Subject: seen.Overslept, Fields: map[string]any{"late_ms": ms(late)}})
		}
	}
}
