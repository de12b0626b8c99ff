package holdings

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/verdict"
	"edgeprobe.io/scripts/lab/judge"
)

// keep folds a small life of a device into a store and closes it; doctor may change what is stored.
func keep(t *testing.T, dir string, doctor func(*fold.Transition)) {
	t.Helper()
	set := store.Defaults()
	set.Dir, set.Commit = dir, time.Millisecond
	s, err := store.Open(set, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	var state fold.State
	for i, body := range life(s.Epoch()) {
		e := fold.Event{Seq: uint64(i + 1), At: firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Hour + time.Duration(i)*time.Second}, Body: body}
		var effects []fold.Effect
		state, effects = fold.Step(state, e)
		entry := store.Entry{Event: e}
		for _, eff := range effects {
			if tr, is := eff.(fold.Transition); is {
				doctor(&tr)
				entry.Transitions = append(entry.Transitions, tr)
			}
		}
		s.Offer(entry)
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func life(epoch uint64) []fold.Body {
	set := fold.Settings{
		Device: "berlin", Services: []string{"shop"}, Verdict: verdict.Defaults(), Quorum: quorum.Defaults(), BeatEvery: time.Minute,
		Fleet: []firmware.Device{{ID: "berlin", Site: "berlin", Region: "eu", Uplinks: []firmware.UplinkFact{{Name: "eth0", Network: "a"}}}},
		Rules: []verdict.Rule{{Ref: firmware.CheckRef{Service: "shop", Name: "api"}, Role: firmware.RoleEdge, Critical: true,
			Interval: map[string]time.Duration{"eth0": 2 * time.Second}, Timeout: time.Second}},
	}
	result := fold.Result{Result: firmware.Result{Check: firmware.CheckRef{Service: "shop", Name: "api"}, Uplink: "eth0",
		Start: firmware.Stamp{Boot: firmware.BootID{1}, Up: time.Hour + 1500*time.Millisecond}, Took: 20 * time.Millisecond, Outcome: firmware.OutcomeOK}}
	return []fold.Body{fold.Boot{Epoch: epoch, Version: "test"}, fold.Config{Settings: set}, result, fold.Part{Name: "panel", OK: true}}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	keep(t, dir, func(*fold.Transition) {})
	h := Read("berlin", dir, time.Hour)
	if h.Trouble != "" || h.Reset || h.Replayed != len(h.Transitions) || len(h.Transitions) == 0 {
		t.Fatalf("%+v", h)
	}
	want := []judge.Run{{Service: "shop", Check: "api", Uplink: "eth0", Region: "eu", Edge: true, At: 1500 * time.Millisecond,
		Took: 20 * time.Millisecond, Timeout: time.Second, Interval: 2 * time.Second, Outcome: firmware.OutcomeOK}}
	if d := cmp.Diff(want, h.Results); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if h.Region != "eu" {
		t.Errorf("it stands in %q", h.Region)
	}
	if d := cmp.Diff([]string{"shop"}, h.Services); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for _, tr := range h.Transitions {
		if !strings.HasPrefix(tr.ID, "berlin/"+h.Epochs[0]+"/") || tr.At < 0 || tr.At > 4*time.Second {
			t.Errorf("%+v", tr)
		}
	}
}

func TestTrouble(t *testing.T) {
	doctored := t.TempDir()
	keep(t, doctored, func(tr *fold.Transition) { tr.To += "!" })
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, store.FileName), []byte(strings.Repeat("no database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{doctored: "replays differently", broken: "no sound journal", t.TempDir(): "no such file"} {
		if h := Read("berlin", dir, 0); !strings.Contains(h.Trouble, want) {
			t.Errorf("%q, want %q in it", h.Trouble, want)
		}
	}
}
