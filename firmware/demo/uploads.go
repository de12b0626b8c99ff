package demo

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Bounds of the upload endpoint.
const (
	maxUploads = 64      // kept at a time; the oldest goes first
	maxParts   = 100     // of one upload
	maxPart    = 1 << 20 // bytes of one part
)

// uploads keeps how many bytes arrived of each part of each upload, so that a customer can resume:
//
//	PUT /uploads/{id}/parts/{n}   stores part n
//	GET /uploads/{id}             says which parts are there
type uploads struct {
	account *Account

	mu     sync.Mutex
	period int // the account's period that the rest belongs to
	parts  map[string]map[int]int64
	order  []string // ids, oldest first
}

func newUploads(a *Account) *uploads { return &uploads{account: a, parts: map[string]map[int]int64{}} }

func (u *uploads) register(mux *http.ServeMux) {
	mux.HandleFunc("PUT /uploads/{id}/parts/{n}", u.put)
	mux.HandleFunc("GET /uploads/{id}", u.get)
}

func (u *uploads) put(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > maxParts {
		http.Error(w, "part number must be 1 to 100", http.StatusBadRequest)
		return
	}
	period, number := u.account.state()
	// The read under way ends when the account does: an upload in progress breaks off.
	conn := http.NewResponseController(w)
	stop := context.AfterFunc(period, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	size, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxPart))
	stop()
	if err != nil || period.Err() != nil {
		tearDown(w) // as it was on the day
		return
	}
	u.keep(number, r.PathValue("id"), n, size)
	w.Header().Set("Cache-Control", neverCached)
	_ = json.NewEncoder(w).Encode(map[string]int64{"stored": size})
}

func (u *uploads) get(w http.ResponseWriter, r *http.Request) {
	_, number := u.account.state()
	w.Header().Set("Cache-Control", neverCached)
	u.mu.Lock()
	u.forget(number)
	body, err := json.Marshal(u.parts[r.PathValue("id")])
	u.mu.Unlock()
	if err != nil || string(body) == "null" {
		http.Error(w, "no such upload", http.StatusNotFound)
		return
	}
	_, _ = w.Write(body)
}

func (u *uploads) keep(period int, id string, n int, size int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.forget(period)
	if u.parts[id] == nil {
		if len(u.order) == maxUploads {
			delete(u.parts, u.order[0])
			u.order = u.order[1:]
		}
		u.order = append(u.order, id)
		u.parts[id] = map[int]int64{}
	}
	u.parts[id][n] = size
}

// forget drops what an earlier period of the account kept: it cannot be resumed.
func (u *uploads) forget(period int) {
	if u.period != period {
		u.period, u.order = period, nil
		clear(u.parts)
	}
}
