package statuspage_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/statuspage"
)

var errEnough = errors.New("enough")

func TestStreamBringsEveryTransitionOnceAndTheNewestView(t *testing.T) {
	server, h, _ := serve(t, view(service("shop", firmware.StatusUp, firmware.ImpactNone, "")), transition(1, "before the reader came"))
	const rounds, each = 3, 100
	var got []uint64
	newest, raws := firmware.StatusUnknown, 0
	err := client(t, h.URL).Stream(t.Context(), func(e statuspage.Event) error {
		switch {
		case e.Transition != nil:
			got = append(got, e.Transition.Seq)
		case e.Raw != nil:
			newest = e.Raw.View.Services[0].Decision.Status
			for i := range uint64(each) {
				if raws < rounds {
					x := transition(2+uint64(raws)*each+i, "x")
					server.Update(*view(service("shop", firmware.StatusConfirmed, firmware.ImpactDown, "")), []fold.Transition{x})
				}
			}
			raws++
		}
		if len(got) >= rounds*each && newest == firmware.StatusConfirmed {
			return errEnough
		}
		return nil
	}, statuspage.EventRaw, statuspage.EventTransition)
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	for i, seq := range got {
		if seq != uint64(i+2) {
			t.Fatalf("transition %d is %d", i, seq)
		}
	}
}

// TestReaderThatLostTransitionsIsTold floods faster than a stream carries: it ends, so that the reader notices.
func TestReaderThatLostTransitionsIsTold(t *testing.T) {
	server, h, _ := serve(t, view())
	flood := sync.OnceFunc(func() {
		for seq := range uint64(1500) {
			server.Update(*view(), []fold.Transition{transition(seq, "x")})
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	err := client(t, h.URL).Stream(ctx, func(statuspage.Event) error { flood(); return nil })
	if err == nil || ctx.Err() != nil {
		t.Errorf("the stream went on: %v", err)
	}
}

// TestStreamRenewsUnasked holds that views come each second though nothing changes: they are a lease.
func TestStreamRenewsUnasked(t *testing.T) {
	_, h, _ := serve(t, view())
	start, views := time.Now(), 0
	err := client(t, h.URL).Stream(t.Context(), func(e statuspage.Event) error {
		if views++; e.View == nil {
			return errors.New("not a view")
		}
		if views == 3 {
			return errEnough
		}
		return nil
	})
	if took := time.Since(start); !errors.Is(err, errEnough) || took > 4*time.Second {
		t.Errorf("%d views in %v, %v", views, took, err)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	_, h, _ := serve(t, view())
	ctx, cancel := context.WithCancel(t.Context())
	var open []*http.Response
	for range 16 {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, h.URL+"/api/v1/stream", nil)
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %v", len(open), err)
		}
		open = append(open, resp)
	}
	if code, body, _ := get(t, h.URL+"/api/v1/stream"); code != http.StatusServiceUnavailable || !strings.Contains(body, "16 streams") {
		t.Errorf("one more: %d %s", code, body)
	}
	cancel()
	for _, resp := range open {
		resp.Body.Close()
	}
	deadline, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	for {
		err := client(t, h.URL).Stream(deadline, func(statuspage.Event) error { return errEnough })
		if errors.Is(err, errEnough) {
			return
		}
		if deadline.Err() != nil {
			t.Fatalf("streams that ended still count: %v", err)
		}
	}
}

// TestReaderThatTakesNothingBlocksNobody opens a stream, reads nothing, and floods: updates go on at full speed,
// and the reader is dropped once transitions were lost to it.
func TestReaderThatTakesNothingBlocksNobody(t *testing.T) {
	server, h, _ := serve(t, view())
	conn, err := net.Dial("tcp", h.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.(*net.TCPConn).SetReadBuffer(4096)
	if _, err := conn.Write([]byte("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	big := view(service("shop", firmware.StatusConfirmed, firmware.ImpactDown, strings.Repeat("x", 100_000)))
	start := time.Now()
	for seq := range uint64(5000) {
		server.Update(*big, []fold.Transition{transition(seq, "x")})
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("5000 updates took %v beside a reader that reads nothing", took)
	}
}

func run(t *testing.T, s *statuspage.Server) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Listen(ctx); err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	var err error
	done.Go(func() { err = s.Run(ctx) })
	return func() error { cancel(); done.Wait(); return err }
}

func TestRunServesAndStopsSoonWithAnOpenStream(t *testing.T) {
	s := statuspage.New(statuspage.Settings{Listen: "127.0.0.1:0"}, hands{}, nil, slog.New(slog.DiscardHandler))
	s.Update(*view(), nil)
	stop := run(t, s)
	ended := make(chan error, 1)
	began := make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() {
		once := sync.OnceFunc(func() { close(began) })
		ended <- client(t, "http://"+s.Addr()).Stream(t.Context(), func(statuspage.Event) error { once(); return nil })
	})
	<-began
	start := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("stopping took %v", took)
	}
	reader.Wait()
	if err := <-ended; err == nil {
		t.Error("the stream ended without an error")
	}
	if _, err := net.Dial("tcp", s.Addr()); err == nil {
		t.Error("the port is still open")
	}
}

func TestTakenPortIsSaidEarly(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := statuspage.New(statuspage.Settings{Listen: l.Addr().String()}, hands{}, nil, slog.New(slog.DiscardHandler))
	want := "serve the status page on " + l.Addr().String() + ": address already in use: another edgeprobed is probably running; " +
		"stop it, or set statuspage.listen in the config to another address, like 127.0.0.1:9403"
	if err := s.Listen(t.Context()); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestNoAddressServesNothing(t *testing.T) {
	s := statuspage.New(statuspage.Settings{}, hands{}, nil, slog.New(slog.DiscardHandler))
	if err := run(t, s)(); err != nil || s.Addr() != "" {
		t.Errorf("got %v, address %q", err, s.Addr())
	}
}
