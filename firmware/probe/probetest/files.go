package probetest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Files takes one upload in parts, as servers of tus.io do, with a fault; "" is none.
type Files struct {
	fault   string
	broken  chan struct{} // closed when a part has ended early
	over    chan struct{} // closed when the test ends
	mu      sync.Mutex
	stored  []byte
	parts   int
	deleted int
}

// NewFiles returns a server with that fault.
func NewFiles(fault string) *Files {
	return &Files{fault: fault, broken: make(chan struct{}), over: make(chan struct{})}
}

// End lets go of requests that a fault holds; it is called once, before the server is closed.
func (f *Files) End() { close(f.over) }

// Deletes is how often the upload was deleted.
func (f *Files) Deletes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deleted
}

// stalls waits for the test's end, if the fault says so of this step.
func (f *Files) stalls(step string) {
	if f.fault == "stalls in "+step {
		<-f.over
	}
}

// ServeHTTP does as the method says.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		f.create(w)
	case http.MethodPatch:
		f.part(w, r)
	case http.MethodHead:
		f.where(w)
	case http.MethodGet:
		f.give(w)
	case http.MethodDelete:
		f.remove(w)
	}
}

func (f *Files) create(w http.ResponseWriter) {
	f.stalls("create")
	place, given := map[string]string{
		"tells no place":             "",
		"tells a long place":         "/files/" + strings.Repeat("7", 3000),
		"tells a place elsewhere":    "http://evil.example/files/7",
		"tells a place that is none": "http://[::1",
	}[f.fault]
	if !given {
		place = "/files/7"
	}
	w.Header().Set("Location", place)
	w.WriteHeader(map[bool]int{true: 500, false: 201}[f.fault == "fails to create"])
}

// part takes what arrives of a part.
func (f *Files) part(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.parts++
	n, known := f.parts, int64(len(f.stored))
	f.mu.Unlock()
	f.stalls(map[int]string{1: "first", 3: "resume", 4: "third"}[n])
	offset, _ := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if offset != known || n == 3 && f.fault == "refuses to resume" || f.fault == "refuses a body early" {
		w.WriteHeader(http.StatusConflict)
		return
	}
	var got bytes.Buffer
	_, err := io.Copy(&got, r.Body)
	f.mu.Lock()
	if n != 4 || f.fault != "loses the third part" {
		f.stored = append(f.stored, got.Bytes()...)
	}
	f.mu.Unlock()
	if err != nil {
		close(f.broken)
	}
	w.WriteHeader(http.StatusNoContent)
}

// where tells the offset, once the part that was broken off is known to have ended.
func (f *Files) where(w http.ResponseWriter) {
	f.stalls("where")
	<-f.broken
	f.mu.Lock()
	offset := fmt.Sprint(len(f.stored))
	f.mu.Unlock()
	switch f.fault {
	case "forgets the offset":
		offset = "0"
	case "tells an offset beyond the end":
		offset = "999999999"
	}
	if f.fault != "tells no offset" {
		w.Header().Set("Upload-Offset", offset)
	}
}

func (f *Files) give(w http.ResponseWriter) {
	f.mu.Lock()
	stored := bytes.Clone(f.stored)
	f.mu.Unlock()
	if f.fault == "stores other bytes" {
		stored[len(stored)/2] ^= 1
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(stored)))
	out := bufio.NewWriter(w)
	out.Write(stored[:len(stored)/2])
	out.Flush()
	if f.fault == "stalls in verify" {
		w.(http.Flusher).Flush()
	}
	f.stalls("verify")
	out.Write(stored[len(stored)/2:])
	out.Flush()
}

func (f *Files) remove(w http.ResponseWriter) {
	f.mu.Lock()
	f.deleted++
	f.mu.Unlock()
	f.stalls("delete")
	w.WriteHeader(map[bool]int{true: 500, false: 204}[f.fault == "cannot delete"])
}
