package probe_test

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/probe"
)

// TestMain fails the package when it leaves goroutines behind.
func TestMain(m *testing.M) {
	if os.Getenv(benchServer) != "" {
		serveBench()
		return
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		runtime.Gosched()
	}
	fuzzing := flag.Lookup("test.fuzz").Value.String() != "" // its engine listens for signals to the end
	if n := runtime.NumGoroutine(); n > before && code == 0 && !fuzzing {
		fmt.Fprintf(os.Stderr, "%d goroutines are left, there were %d:\n", n, before)
		pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
		code = 1
	}
	os.Exit(code)
}

// serve accepts on loopback and runs handle on each connection until the test ends.
func serve(t testing.TB, handle func(net.Conn)) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, l, handle)
}

func serveOn(t testing.TB, l net.Listener, handle func(net.Conn)) string {
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

// serveTLS is serve behind a handshake.
func serveTLS(t testing.TB, cfg *tls.Config, handle func(net.Conn)) string {
	return serve(t, func(c net.Conn) {
		s := tls.Server(c, cfg)
		if s.Handshake() == nil {
			handle(s)
			s.Close()
		}
	})
}

// says reads a request's head and answers with the text, then closes.
func says(text string) func(net.Conn) {
	return func(c net.Conn) {
		if readRequest(c) {
			io.WriteString(c, text)
		}
	}
}

// saysAndHolds answers with the text and then says nothing more, and does not close.
func saysAndHolds(text string) func(net.Conn) {
	return func(c net.Conn) {
		if readRequest(c) {
			io.WriteString(c, text)
			io.Copy(io.Discard, c)
		}
	}
}

// repeats answers with the text and then repeats more, pausing in between, until the peer goes.
func repeats(text, more string, pause time.Duration) func(net.Conn) {
	return func(c net.Conn) {
		if !readRequest(c) {
			return
		}
		io.WriteString(c, text)
		for {
			if _, err := io.WriteString(c, more); err != nil {
				return
			}
			if pause > 0 && !waits(c, pause) {
				return
			}
		}
	}
}

// waits returns after the pause, or false as soon as the peer is gone.
func waits(c net.Conn, pause time.Duration) bool {
	c.SetReadDeadline(time.Now().Add(pause))
	_, err := c.Read(make([]byte, 1))
	return os.IsTimeout(err)
}

func readRequest(c net.Conn) bool {
	buf := make([]byte, 0, 8192)
	for len(buf) < cap(buf) {
		n, err := c.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if len(buf) >= 4 && slices.Equal(buf[len(buf)-4:], []byte("\r\n\r\n")) {
			return true
		}
		if err != nil {
			return false
		}
	}
	return false
}

// blackhole is an address whose listener has a full backlog: connection attempts hang.
func blackhole(t testing.TB) string {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", name.(*unix.SockaddrInet4).Port)
	for range 16 {
		c, err := net.DialTimeout("tcp", address, 100*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Fatal("the backlog never fills")
	return ""
}

// refused is an address where nobody listens.
func refused(t testing.TB) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// loopback is an uplink that opens plain sockets.
func loopback(resolvers ...string) probe.Via {
	var servers []netip.AddrPort
	for _, r := range resolvers {
		servers = append(servers, netip.MustParseAddrPort(r))
	}
	var l net.ListenConfig
	return probe.Via{
		Uplink: "lo",
		Dial:   (&net.Dialer{KeepAlive: -1}).DialContext,
		ListenPacket: func(ctx context.Context, network, address string) (net.PacketConn, error) {
			return l.ListenPacket(ctx, network, address)
		},
		Resolvers: func() []netip.AddrPort { return servers },
	}
}

func realClock(t testing.TB) *clock.Clock {
	c, err := clock.New(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func prober(t testing.TB, check firmware.Check, via probe.Via, set probe.Settings) probe.Prober {
	t.Helper()
	p, err := probe.New(check, via, realClock(t), set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// do runs once and holds the frame's promises. A run that this machine itself overslept is tried again, twice.
func do(t testing.TB, p probe.Prober, timeout time.Duration) firmware.Result {
	t.Helper()
	const grace, starved = 50 * time.Millisecond, time.Second
	for try := 0; ; try++ {
		began := time.Now()
		r := p.Do(t.Context())
		wall := time.Since(began)
		if (r.Took > timeout+grace || wall > timeout+grace+starved) && try < 2 {
			continue
		}
		if r.Took > timeout+grace || wall > timeout+grace+starved {
			t.Errorf("took %v (%v by the wall), timeout %v", r.Took, wall, timeout)
		}
		if r.Took%time.Microsecond != 0 || r.Start.Zero() || len(r.Detail) > firmware.MaxDetail || !r.Outcome.OK() && r.Detail == "" {
			t.Errorf("not a sound result: %+v", r)
		}
		return r
	}
}

func httpCheck(url, address string, timeout time.Duration) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Service: "shop", Name: "page"}, Kind: "http", Role: firmware.RoleEdge,
		Interval: 10 * time.Second, Timeout: timeout, HTTP: &firmware.HTTPCheck{URL: url, Address: address},
	}
}
