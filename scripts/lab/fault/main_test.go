package fault_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/scripts/lab/fault"
	"edgeprobe.io/scripts/lab/labtest"
	"edgeprobe.io/scripts/lab/world"
)

// TestMain: the tests play in rooms of their own.
func TestMain(m *testing.M) { labtest.Main(m) }

// play brings a world up in a room of its own, and holds that nothing in it dies by itself.
func play(t *testing.T, body func(t *testing.T, w *world.World)) {
	labtest.Room(t, func(t *testing.T) {
		w, err := world.Open(t.Context(), world.Default(), world.Options{Daemon: labtest.Daemon()})
		if err != nil {
			t.Fatal(err)
		}
		body(t, w)
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if err := w.Cause(); err != nil {
			t.Error(err)
		}
	})
}

// errands are what customers of the world do: from New York, over eth0.
func errands() map[string]string {
	return map[string]string{
		"api": "https://shop.example/api/session", "script": "https://cdn.shop.example/recorder.js", "eu": "https://eu.shop.example/api/session",
		"origin": "https://origin.shop.example/api/session", "control": "https://www.example.net/", "http": "http://www.example.com/",
		"nowhere": "https://nowhere.example.org/", "upload": "https://shop.example/uploads/x/parts/1",
	}
}

// run does an errand and says in a few words how it went: "200", "200 HIT", "503", "timeout", "refused", "reset", ...
func run(t *testing.T, w *world.World, what string, within time.Duration) string {
	t.Helper()
	method := "GET"
	if what == "upload" {
		method = "PUT"
	}
	began := time.Now()
	status, body, header, err := w.Errand(t.Context(), "newyork", method, errands()[what], within)
	switch {
	case err == nil && what == "script" && status == 200:
		return strings.TrimSpace(fmt.Sprintf("200 %s %t", header.Get("X-Cache"), strings.Contains(body, "build=42") && strings.Contains(body, "record(")))
	case err == nil && time.Since(began) > 400*time.Millisecond:
		return fmt.Sprintf("%d late", status)
	case err == nil && status == 200 && what == "api" && !strings.Contains(body, `"ok":true`):
		return "200 wrong"
	case err == nil:
		return fmt.Sprint(status)
	}
	return why(err)
}

// why is a short word for an error.
func why(err error) string {
	for _, known := range [][2]string{
		{"connection refused", "refused"}, {"connection reset", "reset"}, {"expired", "expired"}, {"certificate is valid for", "hostname"},
		{"unknown authority", "unknown ca"}, {"NXDOMAIN", "nxdomain"}, {"SERVFAIL", "servfail"}, {"REFUSED", "dns refused"},
		{"NOERROR without", "nodata"}, {"unexpected EOF", "cut"}, {"EOF", "eof"}, {"network is unreachable", "unreachable"},
		{"no route to host", "unreachable"}, {"deadline exceeded", "timeout"}, {"timeout", "timeout"},
	} {
		if strings.Contains(err.Error(), known[0]) {
			return known[1]
		}
	}
	return err.Error()
}

// try does a verb around f.
func try(t *testing.T, w *world.World, verb string, with map[string][]string, f func()) {
	t.Helper()
	undo, err := fault.Do(t.Context(), w, verb, with)
	if err != nil {
		t.Fatal(err)
	}
	f()
	if undo == nil {
		return
	}
	if err := undo(t.Context()); err != nil {
		t.Fatal(err)
	}
}
