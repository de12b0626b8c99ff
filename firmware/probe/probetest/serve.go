package probetest

import (
	"crypto/tls"
	"net"
	"sync"
	"testing"
)

// Serve accepts on loopback and runs handle on each connection until the test ends. It returns "127.0.0.1:port".
func Serve(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ServeOn(t, l, handle)
}

// ServeOn is [Serve] with a given listener.
func ServeOn(t testing.TB, l net.Listener, handle func(net.Conn)) string {
	var mu sync.Mutex
	var open []net.Conn
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wg.Go(func() {
				defer c.Close()
				handle(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

// ServeTLS is [Serve] behind a handshake; a connection whose handshake fails is closed.
func ServeTLS(t testing.TB, cfg *tls.Config, handle func(net.Conn)) string {
	t.Helper()
	return Serve(t, func(c net.Conn) {
		s := tls.Server(c, cfg)
		if s.Handshake() == nil {
			handle(s)
			s.Close()
		}
	})
}
