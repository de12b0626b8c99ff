package probe_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware/probe"
)

// stalled is a connection whose writer goes on only after the answer came: this device was busy with something else.
type stalled struct {
	net.Conn
	answered <-chan struct{}
}

// Write writes and is held up.
func (s stalled) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	<-s.answered
	return n, err
}

// TestWaitIsNotShort: a device that is held up after it has sent its request does not take the server for faster than it
// is. The time that a long request is on its way is not the server's.
func TestWaitIsNotShort(t *testing.T) {
	const thinks = 40 * time.Millisecond
	for _, c := range []struct {
		name  string
		body  int
		whole bool // the server's time is measured
	}{{"brief", 0, true}, {"long", 20 << 10, false}} {
		answered := make(chan struct{})
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-time.After(thinks)
			_, _ = io.WriteString(w, "well")
			_ = http.NewResponseController(w).Flush()
			close(answered)
		}))
		check := httpCheck(srv.URL, "", 5*time.Second)
		check.HTTP.Method, check.HTTP.Body = http.MethodPost, strings.Repeat("x", c.body)
		via := loopback()
		dial := via.Dial
		via.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return stalled{conn, answered}, err
		}
		r := do(t, prober(t, check, via, probe.Defaults()), check.Timeout)
		if got := r.Phases.Wait >= thinks; !r.Outcome.OK() || got != c.whole {
			t.Errorf("%s: %s %s, waited %s for a server that took %s", c.name, r.Outcome, r.Detail, r.Phases.Wait, thinks)
		}
		srv.Close()
	}
}
