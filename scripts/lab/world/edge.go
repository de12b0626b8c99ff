package world

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"time"
)

// Edge is the provider's door in one region, with a cache behind it.
type Edge struct {
	*Door
	Region string

	mu      sync.Mutex
	off     int       // how many want its cache off
	keep    int       // how many want it to keep answers too long
	failing time.Time // until when it cannot reach its origin
}

// CacheOff makes the edge ask its origin each time, until undo is called.
func (e *Edge) CacheOff() (undo func()) { return e.more(&e.off) }

// CacheKeeps makes the edge keep answers that may be kept at all for an hour, until undo is called.
func (e *Edge) CacheKeeps() (undo func()) { return e.more(&e.keep) }

// more counts one who wants something, until undo is called.
func (e *Edge) more(of *int) (undo func()) {
	add := func(n int) {
		e.mu.Lock()
		defer e.mu.Unlock()
		*of += n
	}
	add(1)
	return func() { add(-1) }
}

// FailFor makes everything fail that the edge does not have in its cache, for d from now; 0 ends it.
func (e *Edge) FailFor(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failing = time.Now().Add(d)
}

// tell says in a request's headers what has befallen the edge.
func (e *Edge) tell(h http.Header) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h.Del(cacheHeader)
	h.Del(originHeader)
	switch {
	case e.off > 0:
		h.Set(cacheHeader, "off")
	case e.keep > 0:
		h.Set(cacheHeader, "keep")
	}
	if time.Now().Before(e.failing) {
		h.Set(originHeader, "fail")
	}
}

// newEdge makes the terminator of a region's edge.
func (w *World) newEdge(region string) (*Edge, error) {
	cert, err := w.CA.Server(Zone, "*."+Zone)
	if err != nil {
		return nil, err
	}
	node := EdgeNode(region)
	e := &Edge{Region: region}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return w.net.Dial(ctx, node, "tcp", net.JoinHostPort("127.0.0.1", varnishPort))
	}
	e.Door = newDoor(node, cert, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "cache", r.In.Host
			r.SetXForwarded()
			e.tell(r.Out.Header)
		},
		Transport:    &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 8, DisableCompression: true, IdleConnTimeout: 4 * time.Second},
		ErrorHandler: breakOff,
		ErrorLog:     log.New(io.Discard, "", 0),
	})
	return e, nil
}

// breakOff is what a customer gets when what is behind the edge went away in the middle: an upload's connection is
// torn down, everything else is a 502.
func breakOff(w http.ResponseWriter, r *http.Request, _ error) {
	if r.Method == http.MethodPut {
		tearDown(w)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}
