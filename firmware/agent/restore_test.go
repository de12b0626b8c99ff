package agent

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/store"
)

// open opens the journal in dir.
func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Settings{Dir: dir, MaxBytes: 64 << 20, Commit: time.Second}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keep stores n events of a boot that is over, each with a transition.
func keep(t *testing.T, dir string, n uint64) {
	t.Helper()
	s := open(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	g.Go(func() error { return s.Run(ctx) })
	for seq := uint64(1); seq <= n; seq++ {
		at := firmware.Stamp{Boot: firmware.BootID{9}, Up: time.Duration(seq) * time.Second}
		e := fold.Event{Seq: seq, At: at, Body: fold.Part{Name: "feed/main", OK: seq%2 == 0}}
		s.Offer(store.Entry{Event: e, Transitions: []fold.Transition{{Seq: seq, At: at, Kind: "part", Subject: "feed/main", To: "ok"}}})
	}
	stop()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestPageTellsWhatWasBeforeTheStart: a restart loses nothing from the page that the store still has.
func TestPageTellsWhatWasBeforeTheStart(t *testing.T) {
	for _, c := range []struct{ stored, newest, oldest uint64 }{{0, 0, 0}, {3, 3, 1}, {120, 120, 71}} {
		dir := t.TempDir()
		keep(t, dir, c.stored)
		s := open(t, dir)
		clk, err := clock.New(time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		a, err := New(Parts{Store: s, Clock: clk, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		a.page.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/api/v1/transitions?n=1000", nil))
		var got []statuspage.Transition
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		if want := int(min(c.stored, recalled)); len(got) != want || want > 0 && (got[0].Seq != c.newest || got[want-1].Seq != c.oldest) {
			t.Errorf("%d stored: %d on the page: %+v", c.stored, len(got), got)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
