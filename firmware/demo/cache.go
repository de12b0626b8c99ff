package demo

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Bounds of an edge's cache.
const (
	maxEntries = 256
	maxBody    = 1 << 20
)

// cache is a small shared cache (RFC 9111) in front of another transport: explicit lifetimes with s-maxage, Age,
// validation by entity tag, stale-if-error, Cache-Status (RFC 9211) and the older X-Cache. The published Go
// modules are private caches, which must ignore s-maxage, so none of them can stand for a CDN.
type cache struct {
	name string // of this cache in Cache-Status
	next http.RoundTripper
	now  func() time.Time

	mu      sync.Mutex
	entries map[string]entry // by request URI
}

func newCache(name string, next http.RoundTripper, now func() time.Time) *cache {
	return &cache{name: name, next: next, now: now, entries: map[string]entry{}}
}

// RoundTrip answers from the cache when it may, else asks the origin.
func (c *cache) RoundTrip(req *http.Request) (*http.Response, error) {
	key := req.URL.RequestURI()
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return c.pass(req, key, "method")
	}
	c.mu.Lock()
	e, found := c.entries[key]
	c.mu.Unlock()
	switch {
	case req.Header.Get("Range") != "" || parseDirectives(req.Header).has("no-cache", "no-store"):
		return c.pass(req, key, "request")
	case found && e.ttl(c.now()) > 0:
		return c.stored(req, e, "hit", "HIT"), nil
	case found:
		return c.validate(req, key, e)
	}
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	return c.keep(req, key, resp, "uri-miss")
}

// pass hands a request on; one that may change things makes the stored answer invalid (RFC 9111 section 4.4).
func (c *cache) pass(req *http.Request, key, why string) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if why == "method" && resp.StatusCode < 400 {
		c.mu.Lock()
		delete(c.entries, key)
		c.mu.Unlock()
	}
	c.mark(resp, fmt.Sprintf("fwd=%s; fwd-status=%d", why, resp.StatusCode), "MISS")
	return resp, nil
}

// validate asks whether a stale entry still holds, and shows it as it is when asking fails and it may.
func (c *cache) validate(req *http.Request, key string, e entry) (*http.Response, error) {
	ask := req.Clone(req.Context())
	if tag := e.header.Get("ETag"); tag != "" {
		ask.Header.Set("If-None-Match", tag)
	}
	resp, err := c.next.RoundTrip(ask)
	if (err != nil || resp.StatusCode >= 500) && e.usableOnError(c.now()) {
		status := http.StatusBadGateway
		if err == nil {
			status = resp.StatusCode
			_ = resp.Body.Close()
		}
		return c.stored(req, e, fmt.Sprintf("fwd=stale; fwd-status=%d; detail=stale-if-error", status), "STALE"), nil
	}
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusNotModified {
		_ = resp.Body.Close()
		e = e.renewed(resp.Header, c.now())
		c.put(key, e)
		return c.stored(req, e, "fwd=stale; fwd-status=304", "REVALIDATED"), nil
	}
	return c.keep(req, key, resp, "stale")
}

// keep stores an answer of the origin when it may be stored.
func (c *cache) keep(req *http.Request, key string, resp *http.Response, why string) (*http.Response, error) {
	how := fmt.Sprintf("fwd=%s; fwd-status=%d", why, resp.StatusCode)
	if !storable(req, resp) {
		c.mark(resp, how, "MISS")
		return resp, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	_ = resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the origin's answer to %s: %w", key, err)
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("the origin's answer to %s is larger than %d bytes", key, maxBody)
	}
	e := newEntry(resp.Header, body, c.now())
	c.put(key, e)
	return c.stored(req, e, how+"; stored", "MISS"), nil
}

func (c *cache) put(key string, e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxEntries {
		clear(c.entries)
	}
	c.entries[key] = e
}

// stored makes an answer of an entry, with its age and how it came about.
func (c *cache) stored(req *http.Request, e entry, how, old string) *http.Response {
	resp := &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: e.header.Clone(), ContentLength: int64(len(e.body)), Body: io.NopCloser(bytes.NewReader(e.body)),
	}
	resp.Header.Set("Age", strconv.Itoa(int(e.ageAt(c.now())/time.Second)))
	c.mark(resp, fmt.Sprintf("%s; ttl=%d", how, int(math.Floor(e.ttl(c.now()).Seconds()))), old)
	return resp
}

func (c *cache) mark(resp *http.Response, how, old string) {
	resp.Header.Add("Cache-Status", c.name+"; "+how)
	resp.Header.Set("X-Cache", old)
}
