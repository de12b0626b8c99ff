package demo

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"time"
)

// Edge is the provider's door in one region: TLS, a shared cache, and the origin behind it.
type Edge struct {
	Region  string
	Address string // "ip:port"

	listener net.Listener
	handler  http.Handler
	upstream *http.Transport

	mu      sync.Mutex
	failing time.Time // until when it cannot reach the origin
}

// newEdge puts an edge before the origin at "ip:port" on a bound listener.
func newEdge(region string, l net.Listener, conf *tls.Config, origin string) *Edge {
	e := &Edge{Region: region, Address: l.Addr().String(), listener: tls.NewListener(l, conf)}
	e.upstream = &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true, IdleConnTimeout: time.Minute}
	e.handler = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", origin
			r.SetXForwarded()
		},
		Transport:    newCache("edge-"+region, gate{e}, time.Now),
		ErrorHandler: breakOff,
		ErrorLog:     quiet(),
	}
	return e
}

// breakOff is what a customer gets when the origin went away in the middle: an upload's connection is torn down,
// everything else is a 502.
func breakOff(w http.ResponseWriter, r *http.Request, _ error) {
	if r.Method == http.MethodPut {
		tearDown(w)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

// failFor makes everything that is not in the cache fail for d, from now.
func (e *Edge) failFor(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failing = time.Now().Add(d)
}

func (e *Edge) fails() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return time.Now().Before(e.failing)
}

func (e *Edge) task() Task {
	t := serve("edge "+e.Region, e.listener, e.handler)
	return Task{t.Name, func(ctx context.Context) error {
		defer e.upstream.CloseIdleConnections()
		return t.Run(ctx)
	}}
}

// gate stands between an edge's cache and the origin: while the edge fails, it answers 503 by itself.
type gate struct{ edge *Edge }

// RoundTrip asks the origin, or fails as the edge does.
func (g gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if !g.edge.fails() {
		return g.edge.upstream.RoundTrip(req)
	}
	if req.Body != nil {
		_ = req.Body.Close()
	}
	const body = "this edge has not seen the account's access come back\n"
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header:        http.Header{"Cache-Control": {neverCached}, "Content-Type": {"text/plain"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}, nil
}

// hiccup makes the edge of one region fail for d, while the account is well: only that region's site can see it.
func (w *World) hiccup(region string, d time.Duration) {
	for _, e := range w.Edges {
		if e.Region == region {
			e.failFor(d)
		}
	}
}
