package demo

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/wire"
)

// walls says that nothing is known of the wall clock.
type walls struct{}

// Wall returns the stamp as if the machine had booted in 1970.
func (walls) Wall(s firmware.Stamp) (time.Time, firmware.ClockQuality) {
	return time.Unix(0, 0).Add(s.Up), firmware.ClockUnknown
}

// event is a decision's transition as a device publishes it.
func event(t *testing.T, device string, seq uint64, to firmware.Status) []byte {
	t.Helper()
	at := firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Duration(seq) * time.Second}
	d := firmware.Decision{Service: "shop", Status: to, Impact: firmware.ImpactDown, Witnesses: firmware.WitnessesEnough, Why: "it fails"}
	tr := fold.Transition{Seq: seq, At: at, Kind: "decision", Subject: "shop", From: "up", To: string(to), Decision: &d, Why: d.Why}
	payload, err := wire.EncodeEvent(device, 7, tr, wire.Sending{Now: at, Durable: true}, walls{})
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// listening starts a listener on a world and returns how it ended.
func listening(t *testing.T, w *World, d *Diary) func() error {
	t.Helper()
	l := NewListener(w.Broker, d)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	var g errgroup.Group
	g.Go(func() error { return l.Run(ctx) })
	t.Cleanup(func() { cancel(); _ = g.Wait() })
	select {
	case <-l.Ready():
	case <-time.After(5 * time.Second):
		t.Fatal("the listener is not ready within 5 s")
	}
	return g.Wait
}

func TestListenerKeepsADiary(t *testing.T) {
	w, _ := start(t)
	told := make(chan Moment, 8)
	diary := NewDiary(func(m Moment) { told <- m })
	listening(t, w, diary)
	c, err := login(t, w.Broker, "berlin", w.Broker.Password("berlin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, payload := range [][]byte{
		event(t, "berlin", 1, firmware.StatusSuspected), event(t, "berlin", 1, firmware.StatusSuspected),
		event(t, "berlin", 2, firmware.StatusConfirmed),
	} {
		must(t, c.Publish(wire.Event("berlin"), 1, false, payload))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if !diary.Wait(ctx, func(ms []Moment) bool { return latest(ms)[[2]string{"berlin", "shop"}] == confirmed }) {
		t.Fatalf("the diary has %v", diary.All())
	}
	all := diary.All()
	if len(all) != 2 || len(told) != 2 {
		t.Fatalf("the diary has %v, and %d were told", all, len(told))
	}
	if m := all[0]; m.Device != "berlin" || m.Service != "shop" || m.Status != suspected || m.Impact != down || m.Why != "it fails" {
		t.Errorf("the first moment is %+v", m)
	}
}

func TestListenerRefusesNonsense(t *testing.T) {
	w, _ := start(t)
	wait := listening(t, w, NewDiary(nil))
	c, err := login(t, w.Broker, "berlin", w.Broker.Password("berlin"))
	if err != nil {
		t.Fatal(err)
	}
	must(t, c.Publish(wire.Event("berlin"), 1, false, `{"specversion":"0.3"}`))
	if err := wait(); err == nil || !strings.Contains(err.Error(), wire.Event("berlin")) {
		t.Errorf("error %v", err)
	}
}

func TestListenerSeesTheBrokerGo(t *testing.T) {
	w, _ := start(t)
	wait := listening(t, w, NewDiary(nil))
	w.Broker.close()
	if err := wait(); err == nil {
		t.Error("the listener ended without an error")
	}
}
