package demo

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
)

// What the origin's answers allow a cache.
const (
	scriptCaching = "public, max-age=300, s-maxage=3600"       // shared caches keep the recorder script for an hour
	pageCaching   = "public, max-age=3, stale-if-error=600"    // the home page may be shown stale while the origin fails
	neverCached   = "no-store"                                 // API and uploads
	scriptBody    = "/* recorder build=42 */\nrecord('page');" // what customers' pages load
	pageBody      = "<!doctype html><title>Shop</title><p>Welcome.</p>"
)

// NewOrigin returns what runs in the provider's account: home page, recorder script, API and uploads.
func NewOrigin(account *Account) http.Handler {
	var sessions atomic.Uint64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", document("text/html; charset=utf-8", `"page-1"`, pageCaching, pageBody))
	mux.HandleFunc("GET /recorder.js", document("text/javascript", `"build-42"`, scriptCaching, scriptBody))
	mux.HandleFunc("GET /api/session", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", neverCached)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"session":%d,"ok":true}`, sessions.Add(1))
	})
	newUploads(account).register(mux)
	return account.guard(mux)
}

// document serves one fixed body that caches may validate by its entity tag.
func document(kind, etag, caching, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", caching)
		w.Header().Set("ETag", etag)
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}
