package world

import (
	"context"
	"io"
	"net/http"
	"time"

	"edgeprobe.io/firmware/demo"
)

// customerPage is somebody's shop that lets the provider record its visitors.
const customerPage = `<!doctype html><title>A customer</title><script src="https://cdn.shop.example/recorder.js"></script><p>Our shop.</p>`

// openDoors opens every web server: edges, origin, controls and a customer's page.
func (w *World) openDoors(ctx context.Context) error {
	for _, r := range w.Topology.Regions() {
		e, err := w.newEdge(r)
		if err != nil {
			return err
		}
		w.Edges[r], w.Doors[e.node] = e, e.Door
		if err := w.open(ctx, e.Door); err != nil {
			return err
		}
	}
	if err := w.serve(ctx, origin, demo.NewOrigin(w.Account), "origin."+Zone); err != nil {
		return err
	}
	if err := w.serve(ctx, customer, text(customerPage), "www.customer.example"); err != nil {
		return err
	}
	empty := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) })
	for i, name := range []string{"www.example.net", "www.example.org", "www.example.com"} {
		if err := w.serve(ctx, controlNodes()[i], empty, name); err != nil {
			return err
		}
	}
	return w.serve(ctx, wrong, empty, "somebody.else.example") // the negative control: never the name that is asked for
}

// serve opens a door with a good certificate for a name.
func (w *World) serve(ctx context.Context, node string, h http.Handler, name string) error {
	cert, err := w.CA.Server(name)
	if err != nil {
		return err
	}
	w.Doors[node] = newDoor(node, cert, h)
	return w.open(ctx, w.Doors[node])
}

func text(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, body)
	})
}

// Revoke cuts the provider's account off: origin, API and uploads answer 503 everywhere, uploads in progress break
// off; the edges go on serving what they have in their caches.
func (w *World) Revoke() { w.Account.Revoke() }

// Restore gives the account back. The edges of the regions in outlast go on failing for so long, for everything that
// they do not have in their caches.
func (w *World) Restore(outlast map[string]time.Duration) {
	for region, d := range outlast {
		if e := w.Edges[region]; e != nil {
			e.FailFor(d)
		}
	}
	w.Account.Restore(nil)
}
