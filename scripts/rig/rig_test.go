package rig

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/agent"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/store"
)

// seen is a prober that reports each run.
type seen struct {
	agent.Prober
	told func(firmware.Result)
}

// Do runs the prober.
func (s seen) Do(ctx context.Context) firmware.Result {
	r := s.Prober.Do(ctx)
	s.told(r)
	return r
}

// TestDevice: a device of the rig measures every check over every uplink, and its view says that all is up.
func TestDevice(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "well") }))
	defer srv.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var mu sync.Mutex
	ran := map[string]bool{}
	p := Plan{
		Store: store.Defaults(), Probe: probe.Defaults(), Every: 20 * time.Millisecond,
		Uplinks: []firmware.Uplink{{Name: "one", Source: netip.MustParseAddr("127.0.43.1")}, {Name: "two", Source: netip.MustParseAddr("127.0.43.2")}},
		Checks:  Web(8, func(i int) string { return fmt.Sprintf("%s/%d", srv.URL, i) }),
	}
	p.Store.Dir = t.TempDir()
	p.Witness = func(_ firmware.Check, via probe.Via, make Maker) (agent.Prober, error) {
		inner, err := make(via)
		return seen{inner, func(r firmware.Result) {
			mu.Lock()
			defer mu.Unlock()
			if r.Outcome.OK() {
				ran[r.Check.String()+" "+r.Uplink] = true
			}
			if len(ran) == 16 {
				stop()
			}
		}}, err
	}
	d, err := Build(p, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(ctx); err != nil {
		t.Error(err)
	}
	if len(ran) != 16 {
		t.Errorf("%d of 16 ran well: %v", len(ran), ran)
	}
	if v := d.View(); len(v.Services) != 2 {
		t.Errorf("the view has %d services", len(v.Services))
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// TestBuildFails: a check that cannot be run is named, and the store is free again.
func TestBuildFails(t *testing.T) {
	p := Plan{Store: store.Defaults(), Probe: probe.Defaults(), Uplinks: []firmware.Uplink{{Name: "one"}}, Checks: Web(1, func(int) string { return "gopher://x/" })}
	p.Store.Dir = t.TempDir()
	for range 2 {
		if _, err := Build(p, slog.New(slog.DiscardHandler)); err == nil {
			t.Error("a gopher is probed")
		}
	}
}
