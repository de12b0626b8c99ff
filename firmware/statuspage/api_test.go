package statuspage_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"github.com/google/go-cmp/cmp"
)

// post sends a command with some headers and returns the status code.
func post(t *testing.T, url, body string, headers ...string) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

const asJSON = "application/json"

func TestAcknowledges(t *testing.T) {
	_, h, o := serve(t, view(service("shop", firmware.StatusConfirmed, firmware.ImpactDown, "")))
	got, err := client(t, h.URL).Ack(t.Context(), "shop", " Ada L. ")
	if err != nil || got.Incident != "berlin-1/00000000000033aa/812" {
		t.Fatalf("got %+v, %v", got, err)
	}
	want := []fold.Command{{Ack: &fold.Ack{Service: "shop", Incident: firmware.ID{Device: "berlin-1", Epoch: 0x33AA, Sequence: 812}, By: "Ada L."}}}
	if d := cmp.Diff(want, o.all); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestMutes(t *testing.T) {
	_, h, o := serve(t, view())
	for _, muted := range []bool{true, false} {
		if err := client(t, h.URL).Mute(t.Context(), muted); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.all) != 2 || !*o.all[0].Mute || *o.all[1].Mute {
		t.Errorf("got %+v", o.all)
	}
}

func TestCommandsAreRefused(t *testing.T) {
	_, h, o := serve(t, view(service("shop", firmware.StatusConfirmed, firmware.ImpactDown, ""), service("api", firmware.StatusUp, firmware.ImpactNone, "")))
	good := `{"service":"shop","by":"ada"}`
	for _, c := range []struct {
		name, path, body string
		headers          []string
		want             int
	}{
		{"a form", "ack", good, []string{"Content-Type", "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType},
		{"text, as a foreign page may send unasked", "ack", good, []string{"Content-Type", "text/plain"}, http.StatusUnsupportedMediaType},
		{"no type", "ack", good, nil, http.StatusUnsupportedMediaType},
		{"a foreign origin", "ack", good, []string{"Content-Type", asJSON, "Origin", "http://evil.example"}, http.StatusForbidden},
		{"a foreign site", "mute", `{"muted":true}`, []string{"Content-Type", asJSON, "Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{"nobody", "ack", `{"service":"shop","by":" "}`, []string{"Content-Type", asJSON}, http.StatusBadRequest},
		{"a name with a line break", "ack", `{"service":"shop","by":"a\nb"}`, []string{"Content-Type", asJSON}, http.StatusBadRequest},
		{"a long name", "ack", `{"service":"shop","by":"` + strings.Repeat("x", 65) + `"}`, []string{"Content-Type", asJSON}, http.StatusBadRequest},
		{"an unknown service", "ack", `{"service":"nix","by":"ada"}`, []string{"Content-Type", asJSON}, http.StatusNotFound},
		{"no incident", "ack", `{"service":"api","by":"ada"}`, []string{"Content-Type", asJSON}, http.StatusConflict},
		{"an unknown key", "ack", `{"service":"shop","by":"ada","force":true}`, []string{"Content-Type", asJSON}, http.StatusBadRequest},
		{"two objects", "ack", good + good, []string{"Content-Type", asJSON}, http.StatusBadRequest},
		{"no word on mute", "mute", `{}`, []string{"Content-Type", asJSON}, http.StatusBadRequest},
		{"too much", "ack", `{"by":"` + strings.Repeat("x", 10_000), []string{"Content-Type", asJSON}, http.StatusBadRequest},
	} {
		if got := post(t, h.URL+"/api/v1/"+c.path, c.body, c.headers...); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	if len(o.all) != 0 {
		t.Errorf("commands came through: %+v", o.all)
	}
	if got := post(t, h.URL+"/api/v1/ack", good, "Content-Type", asJSON, "Origin", h.URL, "Sec-Fetch-Site", "same-origin"); got != http.StatusAccepted {
		t.Errorf("the page's own command: %d", got)
	}
}

func TestCommandThatCannotBeTaken(t *testing.T) {
	_, h, o := serve(t, view())
	o.err = errors.New("queue full: secret detail")
	if err := client(t, h.URL).Mute(t.Context(), true); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestForeignHostNamesAreRefused(t *testing.T) {
	_, h, _ := serve(t, view())
	for host, want := range map[string]int{
		"127.0.0.1:9402": 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:9402": 200, "192.0.2.7": 200,
		"evil.example": 421, "evil.example:9402": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421,
	} {
		req, _ := http.NewRequest(http.MethodGet, h.URL+"/api/v1/view", nil)
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("host %s: got %d, want %d", host, resp.StatusCode, want)
		}
	}
}

func TestBeforeTheFirstView(t *testing.T) {
	server, h, _ := serve(t, nil)
	for path, want := range map[string]int{
		"/": 200, "/healthz": 503, "/api/v1/view": 503, "/api/v1/raw": 503, "/api/v1/transitions": 200, "/nix": 404,
	} {
		if code, body, _ := get(t, h.URL+path); code != want {
			t.Errorf("%s: got %d %s, want %d", path, code, body, want)
		}
	}
	server.Update(*view(), nil)
	if code, _, _ := get(t, h.URL+"/healthz"); code != http.StatusOK {
		t.Errorf("healthz after the first view: %d", code)
	}
}

// TestPageBeginsWithWhatWasStored: what happened before the start is told, and before what comes.
func TestPageBeginsWithWhatWasStored(t *testing.T) {
	server, h, _ := serve(t, nil)
	server.Recall([]fold.Transition{transition(7, "suspected"), transition(8, "confirmed")})
	server.Update(*view(), []fold.Transition{transition(9, "recovering")})
	ts, err := client(t, h.URL).Transitions(t.Context(), 10)
	if err != nil || len(ts) != 3 || ts[0].Seq != 9 || ts[1].Seq != 8 || ts[2].Seq != 7 {
		t.Errorf("got %+v, %v", ts, err)
	}
	if _, page, _ := get(t, h.URL+"/"); !strings.Contains(page, "<b>confirmed</b>") {
		t.Error("the page does not tell what was stored")
	}
}

func TestTransitionsAreBoundedNewestFirst(t *testing.T) {
	server, h, _ := serve(t, view())
	for seq := range uint64(2500) {
		server.Update(*view(), []fold.Transition{transition(seq+1, "suspected")})
	}
	ts, err := client(t, h.URL).Transitions(t.Context(), 1000)
	if err != nil || len(ts) != 1000 || ts[0].Seq != 2500 || ts[999].Seq != 1501 {
		t.Fatalf("got %d, %v", len(ts), err)
	}
	if ts, err = client(t, h.URL).Transitions(t.Context(), 3); err != nil || len(ts) != 3 || ts[2].Seq != 2498 {
		t.Errorf("got %+v, %v", ts, err)
	}
	for _, n := range []string{"0", "-1", "1001", "x", "99999999999999999999"} {
		if code, _, _ := get(t, h.URL+"/api/v1/transitions?n="+n); code != http.StatusBadRequest {
			t.Errorf("n=%s: %d", n, code)
		}
	}
}
