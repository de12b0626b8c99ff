package main

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// provider is what the devices watch, over TLS, and the controls outside it.
type provider struct {
	url      string   // of its services; a service is a path
	trust    []byte   // PEM
	controls []string // URLs

	mu      sync.Mutex
	down    bool
	captive string        // who comes from addresses that begin so meets a portal; "": nobody
	hang    bool          // answers nothing at all
	flap    time.Duration // how long a service is up, then down; 0: as down says
	began   time.Time
	sources map[string]int // how often each address asked
}

// newProvider starts a provider that is up.
func newProvider(t *testing.T) *provider {
	p := &provider{sources: map[string]int{}}
	edge := httptest.NewUnstartedServer(http.HandlerFunc(p.answer))
	edge.Config.ErrorLog = log.New(io.Discard, "", 0) // devices that are killed break off
	edge.StartTLS()
	t.Cleanup(edge.Close)
	p.url = edge.URL
	p.trust = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: edge.Certificate().Raw})
	for range 3 {
		control := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		t.Cleanup(control.Close)
		p.controls = append(p.controls, control.URL+"/")
	}
	return p
}

// answer answers 200 "well", or 503.
func (p *provider) answer(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	p.mu.Lock()
	p.sources[host]++
	fails, hang := p.down, p.hang
	if p.flap > 0 {
		phase := p.flap * time.Duration(slices.Index(services(), strings.TrimPrefix(r.URL.Path, "/"))) / time.Duration(len(services()))
		fails = (time.Since(p.began)+phase)/p.flap%2 == 1
	}
	p.mu.Unlock()
	if p.redirects(w, r) {
		return
	}
	if hang {
		<-r.Context().Done()
		return
	}
	if fails {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	fmt.Fprint(w, "well")
}

// set makes every service fail, or be well.
func (p *provider) set(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down, p.flap = down, 0
}

// hangs makes every service take requests and answer none.
func (p *provider) hangs() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hang = true
}

// flapping makes every service fail and be well in turns, each at times of its own: the load of these tests.
func (p *provider) flapping() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flap, p.began = 2500*time.Millisecond, time.Now()
}

// asked returns how often an address has asked for a service.
func (p *provider) asked(address string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sources[address]
}

// services are what the devices watch.
func services() []string { return []string{"shop", "recorder", "uploads"} }
