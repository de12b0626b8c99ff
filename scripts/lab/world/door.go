package world

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Manners is how a server misbehaves.
type Manners struct {
	Path   string        // requests whose path begins so; "": all
	Delay  time.Duration // before anything else
	Hang   bool          // nothing is answered until the customer gives up
	Reset  bool          // the connection is reset when the request has come
	Status int           // answered instead, with Body; 0: 200 where Body is set
	Body   string
	Cut    int  // the answer breaks off after so many bytes of its body; 0: not
	Cached bool // the answer says that it comes from a cache
}

// Door is a web server at port 80 and 443 of a node, whose manners and certificate can be changed while it runs.
type Door struct {
	node string
	next http.Handler

	mu      sync.Mutex
	manners []*Manners
	certs   []*tls.Config // the last is shown
}

// newDoor makes a door; cert is what it shows as long as nothing else is said.
func newDoor(node string, cert *tls.Certificate, next http.Handler) *Door {
	return &Door{node: node, next: next, certs: []*tls.Config{configOf(cert)}}
}

// configOf is a configuration of its own per certificate: no session that began with another is resumed.
func configOf(cert *tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// Behave makes the door misbehave until undo is called. Of several manners the delays add up, and of the rest the
// newest that fits a request is shown.
func (d *Door) Behave(m Manners) (undo func()) {
	mine := &m
	d.mu.Lock()
	defer d.mu.Unlock()
	d.manners = append(d.manners, mine)
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.manners = slices.DeleteFunc(slices.Clone(d.manners), func(o *Manners) bool { return o == mine })
	}
}

// Show makes the door show another certificate until undo is called.
func (d *Door) Show(cert *tls.Certificate) (undo func()) {
	mine := configOf(cert)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.certs = append(d.certs, mine)
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.certs = slices.DeleteFunc(slices.Clone(d.certs), func(o *tls.Config) bool { return o == mine })
	}
}

func (d *Door) config(*tls.ClientHelloInfo) (*tls.Config, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.certs[len(d.certs)-1], nil
}

// fitting returns the manners for a path: the sum of the delays, and the newest that does more than delay.
func (d *Door) fitting(path string) (delay time.Duration, m *Manners) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range d.manners {
		if strings.HasPrefix(path, o.Path) {
			delay += o.Delay
			if o.Hang || o.Reset || o.Status > 0 || o.Body != "" || o.Cut > 0 {
				m = o
			}
		}
	}
	return delay, m
}

// ServeHTTP answers one request, as the manners of the day are.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	delay, m := d.fitting(r.URL.Path)
	if delay > 0 && !pause(r.Context(), delay) {
		return
	}
	switch {
	case m == nil:
		d.next.ServeHTTP(w, r)
	case m.Hang:
		<-r.Context().Done()
	case m.Reset:
		tearDown(w)
	case m.Cut > 0:
		d.next.ServeHTTP(&cutter{ResponseWriter: w, left: m.Cut}, r)
	default:
		status := m.Status
		if status == 0 {
			status = http.StatusOK
		}
		m.mark(w.Header())
		w.WriteHeader(status)
		_, _ = io.WriteString(w, m.Body)
	}
}

// mark says where an answer that is none of the product's comes from.
func (m *Manners) mark(h http.Header) {
	if m.Cached {
		h.Set("Cache-Control", "public, max-age=300, s-maxage=3600")
		h.Set("Age", "600")
		h.Set("X-Cache", "HIT")
		return
	}
	h.Set("Cache-Control", "no-store")
}

// cutter breaks an answer off.
type cutter struct {
	http.ResponseWriter
	left int
}

// Write passes on what is left and then ends the connection in the middle of the answer.
func (c *cutter) Write(p []byte) (int, error) {
	n := min(len(p), c.left)
	_, _ = c.ResponseWriter.Write(p[:n])
	c.left -= n
	if c.left == 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		end(c.ResponseWriter, -1)
	}
	return n, nil
}

// tearDown resets a connection in the middle of everything.
func tearDown(w http.ResponseWriter) { end(w, 0) }

// end ends a connection in the middle of everything; with a linger of 0 it is reset, with -1 what was sent arrives.
func end(w http.ResponseWriter, linger int) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: its stream is reset
	}
	tcp := conn
	if t, ok := conn.(*tls.Conn); ok {
		tcp = t.NetConn()
	}
	if t, ok := tcp.(*net.TCPConn); ok {
		_ = t.SetLinger(linger)
	}
	_ = tcp.Close()
}

// pause waits for d and reports whether ctx still lives.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// open opens a door of the world and keeps it open until the world ends.
func (w *World) open(ctx context.Context, d *Door) error {
	plain, err := w.net.Listen(ctx, d.node, "tcp", ":80")
	if err != nil {
		return err
	}
	secure, err := w.net.Listen(ctx, d.node, "tcp", ":443")
	if err != nil {
		return errors.Join(err, plain.Close())
	}
	quiet := log.New(io.Discard, "", 0) // customers that break off are the plot here
	srv := &http.Server{Handler: d, ErrorLog: quiet, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		TLSConfig: &tls.Config{GetConfigForClient: d.config, MinVersion: tls.VersionTLS12}}
	w.group.Go(func() error {
		stop := context.AfterFunc(w.ctx, func() { _ = srv.Close() })
		defer stop()
		var g errgroup.Group
		g.Go(func() error { return srv.Serve(plain) })
		g.Go(func() error { return srv.ServeTLS(secure, "", "") })
		if err := g.Wait(); !errors.Is(err, http.ErrServerClosed) {
			w.fail(err)
		}
		return nil
	})
	return nil
}
