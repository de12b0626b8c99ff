package statuspage

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestSilentStreamIsDead(t *testing.T) {
	release := make(chan struct{})
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer h.Close()
	defer close(release)
	c, err := NewClient(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.silence = 50 * time.Millisecond
	if err := c.Stream(t.Context(), func(Event) error { return nil }); err == nil || !strings.Contains(err.Error(), "silent") {
		t.Errorf("got %v", err)
	}
}

func TestClientWantsAnAddress(t *testing.T) {
	for _, base := range []string{"", "127.0.0.1:9402", "ftp://x", "http://", "http://[::1"} {
		if _, err := NewClient(base); err == nil {
			t.Errorf("%q is taken", base)
		}
	}
}

func TestClientPassesOnTheDevicesSentence(t *testing.T) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { starting(w) }))
	defer h.Close()
	c, _ := NewClient(h.URL + "/")
	defer c.Close()
	if _, err := c.View(t.Context()); err == nil || !strings.Contains(err.Error(), "edgeprobe is starting") {
		t.Errorf("got %v", err)
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add("event: view\ndata: {\"device\":\"a\"}\n\n")
	f.Add(":\n\nevent: transition\ndata: {\"seq\":1,\"impact\":\"down\"}\n\nevent: raw\ndata: {\"now\":\"\"}\n\n")
	f.Add("data: {}\nevent: nix\ndata: x\r\n")
	f.Fuzz(func(t *testing.T, stream string) {
		lines := 0
		err := readEvents(strings.NewReader(stream), func() { lines++ }, func(e Event) error {
			set := 0
			for _, is := range []bool{e.View != nil, e.Raw != nil, e.Transition != nil} {
				if is {
					set++
				}
			}
			if set != 1 {
				t.Errorf("%d parts of %+v are set", set, e)
			}
			return nil
		})
		if err == nil || lines > strings.Count(stream, "\n")+1 {
			t.Errorf("ended with %v after %d lines", err, lines)
		}
	})
}
