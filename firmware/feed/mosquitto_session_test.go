package feed

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"edgeprobe.io/firmware/feed/mosquittotest"
	"edgeprobe.io/firmware/wire"
)

func TestBirthWillAndCleanEnd(t *testing.T) {
	m := mosquittotest.Start(t)
	w := watch(t, m, wire.Status("berlin"), false)
	r := newRig(t, Broker{URL: m.URL()}).run()
	r.connected(1)
	r.locked(func() { _ = r.conns[0].SetDeadline(time.Now()) }) // the connection ends without a word to the broker
	r.connected(2)
	r.end()
	var got []string
	eventually(t, "four statuses have come", func() bool { return len(w.messages()) >= 4 })
	for _, msg := range w.messages() {
		s, err := wire.DecodeStatus(msg.Payload())
		if err != nil || s.Broker != "main" {
			t.Fatalf("%s: %v", msg.Payload(), err)
		}
		got = append(got, s.State+" "+strconv.FormatUint(s.Session, 10)+" "+strconv.FormatBool(s.Clean))
	}
	// The will of the first session may come before or after the second birth: its number tells.
	want := []string{"offline 1 false", "offline 2 true", "online 1 false", "online 2 false"}
	if last := got[len(got)-1]; last != "offline 2 true" {
		t.Errorf("the last word was %q", last)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("statuses %q, want %q", got, want)
	}
}

// lateConn tells late that it has written: the broker's acknowledgement is there before.
type lateConn struct{ net.Conn }

func (c lateConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	<-time.After(20 * time.Millisecond)
	return n, err
}

func TestTheEndIsCleanWhenTheLastAcknowledgementIsQuick(t *testing.T) {
	m := mosquittotest.Start(t)
	w := watch(t, m, wire.Status("berlin"), false)
	r := newRig(t, Broker{URL: m.URL()})
	r.deps.Dialers = []Dialer{{Name: "eth0", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := r.dial(ctx, network, address)
		return lateConn{c}, err
	}}}
	r.run().connected(1)
	r.backlog.add(Transitions, 5, number)
	r.Wake()
	r.end()
	if n := r.backlog.count(Transitions); n != 5 {
		t.Errorf("%d of 5 transitions went out before the end", n)
	}
	eventually(t, "birth and end have come", func() bool { return len(w.messages()) >= 2 })
	if s, err := wire.DecodeStatus(w.messages()[1].Payload()); err != nil || !s.Clean {
		t.Errorf("the last word was %+v, %v; want a clean end", s, err)
	}
}

func TestSnapshotsReturnWithTheBroker(t *testing.T) {
	for _, persistence := range []string{"true", "false"} {
		t.Run("persistence "+persistence, func(t *testing.T) {
			m := mosquittotest.Start(t, "persistence "+persistence)
			r := newRig(t, Broker{URL: m.URL()})
			r.Snapshot(wire.Decision("berlin", "api"), []byte("old"), true)
			r.Snapshot(wire.Decision("berlin", "gone"), []byte("x"), true)
			r.Send(wire.Heartbeat("berlin"), []byte("before the connection"))
			r.run().connected(1)
			r.Snapshot(wire.Decision("berlin", "gone"), nil, true)
			m.End(syscall.SIGKILL)
			eventually(t, "the loss is noticed", func() bool { return r.count(false) > 0 })
			r.Send(wire.Heartbeat("berlin"), []byte("during the outage"))
			r.Snapshot(wire.Decision("berlin", "api"), []byte("lost"), true)
			r.Snapshot(wire.Decision("berlin", "api"), []byte("newest"), true)
			m.Launch()
			beats := watch(t, m, "edgeprobe/v1/+/heartbeat", false)
			r.connected(2)
			r.Send(wire.Heartbeat("berlin"), []byte("live"))
			eventually(t, "the live heartbeat has come", func() bool { return len(beats.messages()) > 0 })
			if got := string(beats.messages()[0].Payload()); got != "live" {
				t.Errorf("heartbeat %q came; it is now or never", got)
			}
			beats.Disconnect(100)
			w := watch(t, m, "edgeprobe/v1/berlin/decision/+", false)
			eventually(t, "the newest snapshot is retained", func() bool {
				got := w.messages()
				return len(got) > 0 && string(got[len(got)-1].Payload()) == "newest"
			})
			for _, msg := range w.messages() {
				if strings.HasSuffix(msg.Topic(), "/gone") && len(msg.Payload()) > 0 {
					t.Errorf("%s came back: %s", msg.Topic(), msg.Payload())
				}
			}
		})
	}
}

func TestNothingIsLostWhileTheBrokerRestarts(t *testing.T) {
	const batches, each = 60, 20
	m := mosquittotest.Start(t, "persistence true")
	w := watch(t, m, wire.Event("berlin"), true)
	r := newRig(t, Broker{URL: m.URL()})
	r.backlog.add(Results, 2000, func(n uint64) []byte { return bytes.Repeat([]byte{byte(n)}, 300) })
	r.run().connected(1)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i := range batches {
		<-tick.C
		r.backlog.add(Transitions, each, number)
		r.Wake()
		if i%20 == 10 {
			r.connected(1 + i/20)
			m.End(syscall.SIGTERM)
		}
		if i%20 == 15 {
			m.Launch()
		}
	}
	eventually(t, "everything is acknowledged", func() bool {
		return r.backlog.count(Transitions) == batches*each && r.backlog.count(Results) == 2000
	})
	next, again := 1, 0
	eventually(t, "everything has come", func() bool {
		next, again = 1, 0
		for _, msg := range w.messages() {
			n, err := strconv.Atoi(string(msg.Payload()))
			switch {
			case err != nil || n > next:
				t.Fatalf("%s came where %d was next: order or loss", msg.Payload(), next)
			case n < next:
				again++
			default:
				next++
			}
		}
		return next > batches*each
	})
	if r.count(false) < 3 {
		t.Errorf("the session lost its connection %d times, want at least 3: the test did not test", r.count(false))
	}
	t.Logf("%d transitions in order over 3 restarts, %d sent twice", next-1, again)
}

func TestAFrozenBrokerIsLeft(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*rig)
		load int
	}{
		{"idle, by ping", func(r *rig) { r.set.KeepAlive, r.timing.ping = time.Second, 500*time.Millisecond }, 0},
		{"under load, by acknowledgement", func(r *rig) { r.timing.ack = 300 * time.Millisecond }, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mosquittotest.Start(t)
			r := newRig(t, Broker{URL: m.URL()})
			r.timing.connect = 300 * time.Millisecond
			c.set(r)
			r.run().connected(1)
			m.Signal(syscall.SIGSTOP)
			r.backlog.add(Transitions, c.load, number)
			r.Wake()
			eventually(t, "the session leaves it", func() bool { return r.count(false) > 0 })
			m.Signal(syscall.SIGCONT)
			r.connected(2)
			eventually(t, "the backlog is acknowledged", func() bool { return r.backlog.count(Transitions) == c.load })
			r.leakless()
		})
	}
}

func TestAFrozenBrokerDoesNotHoldUpTheStop(t *testing.T) {
	m := mosquittotest.Start(t)
	r := newRig(t, Broker{URL: m.URL()}).run()
	r.connected(1)
	m.Signal(syscall.SIGSTOP)
	defer m.Signal(syscall.SIGCONT)
	r.backlog.add(Transitions, 100, number)
	r.Wake()
	r.leakless() // fails when it takes more than 2 s
}

func TestAWrongPasswordIsReportedOncePerTry(t *testing.T) {
	file := filepath.Join(t.TempDir(), "passwords")
	if out, err := exec.Command("mosquitto_passwd", "-b", "-c", file, "berlin", "right").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	m := mosquittotest.Start(t, "allow_anonymous false", "password_file "+file)
	r := newRig(t, Broker{URL: m.URL(), Password: "hunter2"}).run()
	eventually(t, "three tries are reported", func() bool { return r.count(false) >= 3 })
	r.leakless()
	if r.dials < len(r.reports) || r.dials > len(r.reports)+1 { // the last may have been cut short
		t.Errorf("%d tries, %d reports", r.dials, len(r.reports))
	}
	for _, p := range r.reports {
		if !strings.Contains(p.why, "check the broker's username and password") || strings.Contains(p.why, "hunter2") {
			t.Errorf("report %q", p.why)
		}
	}
	right := newRig(t, Broker{URL: m.URL(), Password: "right"}).run()
	right.connected(1)
}

func TestPeersAreHeard(t *testing.T) {
	m := mosquittotest.Start(t)
	peer := watch(t, m, "nothing", false)
	peer.Publish(wire.Vote("newyork", "api"), 1, true, "stored").WaitTimeout(patient)
	r := newRig(t, Broker{URL: m.URL()})
	r.deps.Subscribe = wire.Subscriptions("newyork")
	r.run().connected(1)
	peer.Publish(wire.Heartbeat("newyork"), 1, false, "live")
	peer.Publish(wire.Decision("newyork", "api"), 1, false, "not for us")
	peer.Publish(wire.Ack("newyork", "api"), 1, false, "ack")
	eventually(t, "three messages are heard", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return len(r.heard) >= 3 })
	slices.Sort(r.heard)
	want := []string{
		"edgeprobe/v1/newyork/ack/api ack false", "edgeprobe/v1/newyork/heartbeat live false", "edgeprobe/v1/newyork/vote/api stored true",
	}
	if !slices.Equal(r.heard, want) {
		t.Errorf("heard %q, want %q", r.heard, want)
	}
}

func TestAMessageTheBrokerHangsUpAtIsGivenUpLast(t *testing.T) {
	m := mosquittotest.Start(t, "max_packet_size 2000")
	w := watch(t, m, wire.Event("berlin"), false)
	r := newRig(t, Broker{URL: m.URL()})
	r.timing.rest = 50 * time.Millisecond
	r.backlog.add(Transitions, 40, func(n uint64) []byte {
		if n == 3 {
			return bytes.Repeat([]byte("x"), 3000)
		}
		return number(n)
	})
	r.run()
	eventually(t, "the backlog is done", func() bool { return r.backlog.count(Transitions) == 40 })
	seen := map[string]bool{}
	for _, msg := range w.messages() {
		seen[string(msg.Payload())] = true
	}
	eventually(t, "the 39 others have come", func() bool {
		for _, msg := range w.messages() {
			seen[string(msg.Payload())] = true
		}
		return len(seen) == 39
	})
	r.leakless()
	if !strings.Contains(r.log.String(), "gives up a message") || !strings.Contains(r.log.String(), "first=3") {
		t.Errorf("it was given up without a word:\n%s", r.log)
	}
}
