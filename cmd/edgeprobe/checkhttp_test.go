package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestCheckFollows: where a redirect leads is looked at when asked for, and only then.
func TestCheckFollows(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/", http.RedirectHandler("/welcome", http.StatusFound))
	mux.HandleFunc("/welcome", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Welcome") })
	mux.Handle("/loop", http.RedirectHandler("/loop", http.StatusFound))
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Server", "cloudflare")
		w.WriteHeader(521)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	for _, c := range []struct {
		path string
		args []string
		code int
		want string
	}{
		{"/", nil, 1, "http_status: status 302"},
		{"/", []string{"--redirects", "1", "--expect-body", "Welcome"}, 0, "status 200"},
		{"/loop", []string{"--redirects", "5"}, 1, "http_redirect: redirect 1 (status 302) leads back"},
		{"/broken", nil, 1, "none: the edge made this error itself"},
	} {
		out, errs, code := run(t, append([]string{"check", srv.URL + c.path}, c.args...)...)
		if code != c.code || errs != "" || !strings.Contains(out, c.want) {
			t.Errorf("%s %v: exit %d, stderr %q, want exit %d and %q in\n%s", c.path, c.args, code, errs, c.code, c.want, out)
		}
	}
}

// TestCheckHTTP2 asks by the protocol that was named, and says so when the server has another.
func TestCheckHTTP2(t *testing.T) {
	url, ca := site(t) // which speaks HTTP/1.1 only
	out, _, code := run(t, "check", url, "--ca", ca, "--http2")
	if code != 1 || !strings.Contains(out, "FAILED") {
		t.Errorf("exit %d\n%s", code, out)
	}
	for _, args := range [][]string{{"check", "http://127.0.0.1/", "--http2"}, {"check", "tcp://127.0.0.1:1", "--http2"}, {"check", "tcp://127.0.0.1:1", "--redirects", "1"}, {"check", url, "--redirects", "11"}} {
		if out, errs, code := run(t, args...); code != 2 || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit %d, %q, %q", args, code, out, errs)
		}
	}
}
