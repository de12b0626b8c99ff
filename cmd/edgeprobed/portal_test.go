package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/wire"
)

const behindPortal = "captive portal at login.example.net"

// TestACaptivePortal stands before both uplinks of berlin, which lets the controls through and nothing else: page and feed
// name it, no vote over these uplinks ever fails, and newyork goes on. Once somebody has logged in, all is well again.
func TestACaptivePortal(t *testing.T) {
	t.Parallel()
	b := mosquittotest.Start(t)
	c, f := consume(t, b), newFleet(t, b.URL())
	berlin := f.devices[1]
	berlin.page = free(t)
	berlin.configure(f.provider, b.URL())
	berlin.asksForPortals(f.provider)
	f.start()
	c.await("every service is up at both devices", decided(t, f, "up"))
	f.captures("127.0.12.")
	c.await("both of berlin's uplinks name the portal", sighted(t, fold.SightBlind, behindPortal))
	for _, u := range berlin.view().Uplinks {
		if u.Sight != fold.SightBlind || u.Why != behindPortal {
			t.Errorf("the page says of %s: %s (%s)", u.Name, u.Sight, u.Why)
		}
	}
	n := f.asked("127.0.12.1")
	eventually(t, "the services were asked for long", func() bool { return f.asked("127.0.12.1") > n+20 })
	f.captures("none")
	c.await("the uplinks see again", sighted(t, fold.SightSighted, ""))
	c.await("every service is up at both devices after all", decided(t, f, "up"))
	f.stop()
	for _, d := range f.devices {
		for _, e := range c.events(d.id) {
			if e.Data.Kind == "vote" && strings.HasPrefix(e.Data.To, "fail") || e.Data.To == "confirmed" {
				t.Errorf("%s: %s is %s: %s", d.id, e.Subject, e.Data.To, e.Data.Summary)
			}
		}
	}
}

// asksForPortals gives each uplink of the device's config a portal check.
func (d *device) asksForPortals(p *provider) {
	d.t.Helper()
	check := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.redirects(w, r) {
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	d.t.Cleanup(check.Close)
	file := filepath.Join(d.dir, "edgeprobe.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	put(d.t, file, strings.ReplaceAll(string(text), "resolvers: [127.0.0.1]", fmt.Sprintf("resolvers: [127.0.0.1], portal: {check: %q}", check.URL+"/204")))
}

// view is what the device's page tells.
func (d *device) view() (v statuspage.View) {
	d.t.Helper()
	answer, err := http.Get("http://" + d.page + "/api/v1/view")
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
		d.t.Fatal(err)
	}
	return v
}

// sighted reports whether the feed says so of both of berlin's uplinks.
func sighted(t *testing.T, sight fold.Sight, why string) func([]message) bool {
	return func(ms []message) bool {
		for _, name := range []string{"eth0", "lte"} {
			var u wire.UplinkMessage
			if payload := newest(ms, wire.Uplink("berlin", name)); payload != nil {
				if err := json.Unmarshal(payload, &u); err != nil {
					t.Fatal(err)
				}
			}
			if u.Sight != sight || u.Summary != why {
				return false
			}
		}
		return true
	}
}

// captures has a portal answer in the provider's place whoever comes from addresses that begin so.
func (p *provider) captures(prefix string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.captive = prefix
}

// redirects answers as the portal does, for those behind it.
func (p *provider) redirects(w http.ResponseWriter, r *http.Request) bool {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	p.mu.Lock()
	captive := p.captive != "" && strings.HasPrefix(host, p.captive)
	p.mu.Unlock()
	if captive {
		http.Redirect(w, r, "http://login.example.net/", http.StatusFound)
	}
	return captive
}
