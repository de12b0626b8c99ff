package demo

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Account is the provider's cloud account: everything behind the edges lives and dies with it.
type Account struct {
	mu     sync.Mutex
	period context.Context // ends when the account is cut off
	cut    context.CancelFunc
	number int // of the period; what an earlier period kept is lost
	edges  map[string]*Edge
}

// NewAccount makes an account in good standing, with no edges.
func NewAccount() *Account {
	a := &Account{edges: map[string]*Edge{}}
	a.begin()
	return a
}

func (a *Account) begin() {
	a.period, a.cut = context.WithCancel(context.Background())
	a.number++
}

// Revoke cuts the account off: origin, API and uploads answer 503 everywhere, uploads in progress break off and
// what was stored of them is lost. The edges go on serving what they have in their caches.
func (a *Account) Revoke() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cut()
}

// Restore makes origin and API good again at once. The edges of the regions in outlast go on failing for that
// long, for everything they do not have in their caches: the effect outlasts the fix.
func (a *Account) Restore(outlast map[string]time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.period.Err() == nil {
		return
	}
	for region, d := range outlast {
		if e := a.edges[region]; e != nil {
			e.failFor(d)
		}
	}
	a.begin()
}

// state returns the current period and its number.
func (a *Account) state() (context.Context, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.period, a.number
}

// guard answers 503 while the account is cut off.
func (a *Account) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if period, _ := a.state(); period.Err() != nil {
			w.Header().Set("Cache-Control", "no-store")
			http.Error(w, "account access revoked", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}
