package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Task is a long-lived part of the world with a name for people. Run returns nil soon after its context ends,
// with everything it started ended too.
type Task struct {
	Name string
	Run  func(context.Context) error
}

// quiet swallows what net/http says of customers that break off: here that is the plot, not a fault.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// serve makes a task of an HTTP server on a listener that is already bound.
func serve(name string, l net.Listener, h http.Handler) Task {
	return Task{name, func(ctx context.Context) error {
		var open sync.WaitGroup
		srv := &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       time.Minute,
			ErrorLog:          quiet(),
			ConnState: func(_ net.Conn, s http.ConnState) {
				switch s {
				case http.StateNew:
					open.Add(1)
				case http.StateClosed, http.StateHijacked:
					open.Done()
				}
			},
		}
		defer open.Wait()
		defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s at %s: %w", name, l.Addr(), err)
		}
		return nil
	}}
}

// tearDown ends a customer's connection in the middle, without an answer. Aborting the handler would not do: the
// server reads on for up to 256 KiB before it closes, and the customer believes for that long.
func tearDown(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	_ = conn.Close()
}

// listen binds one TCP port, the same at every address.
func listen(addresses ...string) ([]net.Listener, error) {
	var last error
	for range 20 { // a port free at the first address can be taken at the second
		ls, err := listenOnce(addresses)
		if err == nil {
			return ls, nil
		}
		last = err
	}
	return nil, fmt.Errorf("bind one free port at %v: %w", addresses, last)
}

func listenOnce(addresses []string) ([]net.Listener, error) {
	var ls []net.Listener
	port := "0"
	for _, a := range addresses {
		l, err := net.Listen("tcp4", net.JoinHostPort(a, port))
		if err != nil {
			closeAll(ls)
			return nil, err
		}
		port = portOf(l.Addr())
		ls = append(ls, l)
	}
	return ls, nil
}

// portOf returns the port of a TCP or UDP address in decimal.
func portOf(a net.Addr) string {
	_, port, _ := net.SplitHostPort(a.String())
	return port
}
