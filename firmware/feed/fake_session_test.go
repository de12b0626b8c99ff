package feed

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"edgeprobe.io/firmware/wire"
)

func TestNothingIsSentThatNobodyAcknowledged(t *testing.T) {
	births := func(p *packets.PublishPacket) bool { return p.TopicName == wire.Status("berlin") }
	for name, acks := range map[string]func(*packets.PublishPacket) bool{
		"a broker that acknowledges nothing":          func(*packets.PublishPacket) bool { return false },
		"a broker that acknowledges births only":      births,
		"a broker that hangs up at the first message": births,
	} {
		t.Run(name, func(t *testing.T) {
			f := startFake(t, func(f *fake) {
				f.acks = acks
				f.each = func(c net.Conn, p packets.ControlPacket) {
					if p, ok := p.(*packets.PublishPacket); ok && strings.Contains(name, "hangs up") && !births(p) {
						_ = c.Close()
					}
				}
			})
			r := newRig(t, Broker{URL: f.url()})
			r.timing.ack = 100 * time.Millisecond
			r.deps.Subscribe = wire.Subscriptions("newyork")
			r.backlog.add(Transitions, 50, number)
			r.backlog.add(Results, 50, number)
			r.run()
			eventually(t, "the session has given up five connections", func() bool { return r.count(false) >= 5 })
			r.end()
			if n := r.backlog.count(Transitions) + r.backlog.count(Results); n > 0 {
				t.Errorf("%d messages count as sent; no broker ever acknowledged one", n)
			}
		})
	}
}

func TestTransitionsOvertakeResults(t *testing.T) {
	var r *rig
	results := 0
	f := startFake(t, func(f *fake) {
		f.each = func(_ net.Conn, p packets.ControlPacket) {
			if p, ok := p.(*packets.PublishPacket); ok && p.TopicName == wire.Results("berlin") {
				if results++; results == 100 {
					r.backlog.add(Transitions, 3, number)
					r.Wake()
				}
			}
		}
	})
	r = newRig(t, Broker{URL: f.url()})
	r.backlog.add(Results, 1000, func(uint64) []byte { return make([]byte, 5000) })
	r.run()
	eventually(t, "all is acknowledged", func() bool { return r.backlog.count(Transitions) == 3 && r.backlog.count(Results) == 1000 })
	between, last := 0, 0
	for _, p := range f.published() {
		switch p.TopicName {
		case wire.Results("berlin"):
			last++
		case wire.Event("berlin"):
			between = max(between, last-100)
		}
	}
	if between > resultWindow+3 {
		t.Errorf("%d results went before the transitions that came at the 100th; %d may be in flight", between, resultWindow)
	}
}

func TestOrderAfterTheConnection(t *testing.T) {
	f := startFake(t, func(*fake) {})
	r := newRig(t, Broker{URL: f.url()})
	r.backlog.add(Results, 2, number)
	r.backlog.add(Transitions, 2, number)
	r.Snapshot(wire.Decision("berlin", "api"), []byte("d"), true)
	r.Snapshot(wire.Metrics("berlin", "api"), []byte("m"), false)
	r.run()
	eventually(t, "all has come", func() bool { return len(f.published()) == 7 })
	var got []string
	for _, p := range f.published() {
		name, _ := strings.CutPrefix(p.TopicName, "edgeprobe/v1/berlin/")
		if p.Retain {
			name += " retained"
		}
		got = append(got, name)
	}
	want := []string{"status retained", "decision/api retained", "metrics/api", "event", "event", "results", "results"}
	if !slices.Equal(got, want) {
		t.Errorf("published %q, want %q", got, want)
	}
}

func TestTheNextUplinkIsTried(t *testing.T) {
	silent := startFake(t, func(f *fake) { f.greet = false })
	f := startFake(t, func(*fake) {})
	_, port, _ := net.SplitHostPort(f.Addr().String())
	for name, eth0 := range map[string]func(context.Context, string, string) (net.Conn, error){
		"the first cannot dial": func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no carrier") },
		"the first hangs": func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		"the first leads to no broker": func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", silent.Addr().String())
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Broker{URL: "mqtt://broker.example:" + port})
			r.timing.connect = 200 * time.Millisecond
			resolve := func(context.Context, string) ([]netip.Addr, error) {
				return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
			}
			r.deps.Dialers = []Dialer{{Name: "eth0", Dial: eth0, Resolve: resolve}, {Name: "wwan0", Dial: r.dial, Resolve: resolve}}
			r.run().connected(1)
			r.leakless()
			if last := r.reports[len(r.reports)-1]; !last.ok || last.why != "over uplink wwan0" {
				t.Errorf("reports %+v", r.reports)
			}
		})
	}
}

// TestASessionEndsWithItsUplink: at once, and the next one goes over an uplink that is up.
func TestASessionEndsWithItsUplink(t *testing.T) {
	f := startFake(t, func(*fake) {})
	r := newRig(t, Broker{URL: "mqtt://" + f.Addr().String()})
	eth0, fall := context.WithCancelCause(context.Background())
	r.deps.Dialers = []Dialer{{Name: "eth0", Dial: r.dial, Life: func() context.Context { return eth0 }}, {Name: "wwan0", Dial: r.dial}}
	r.run().connected(1)
	fall(errors.New("interface eth0 has no carrier"))
	r.connected(2)
	r.leakless()
	if len(r.reports) != 3 || r.reports[0].why != "over uplink eth0" || r.reports[2].why != "over uplink wwan0" {
		t.Errorf("reports %+v", r.reports)
	}
	if lost := r.reports[1]; lost.ok || !strings.Contains(lost.why, "no carrier") {
		t.Errorf("it ended with %+v", lost)
	}
}

// TestTheNextAddressIsTried: an IP version that is broken on the way leaves time to the other.
func TestTheNextAddressIsTried(t *testing.T) {
	f := startFake(t, func(*fake) {})
	_, port, _ := net.SplitHostPort(f.Addr().String())
	r := newRig(t, Broker{URL: "mqtt://broker.example:" + port})
	r.timing.connect = 400 * time.Millisecond
	resolve := func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("127.0.0.1")}, nil
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "[") {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return r.dial(ctx, network, address)
	}
	r.deps.Dialers = []Dialer{{Name: "eth0", Dial: dial, Resolve: resolve}}
	r.run().connected(1)
	if n := r.count(false); n > 0 {
		t.Errorf("%d tries failed before: %+v", n, r.reports)
	}
	r.leakless()
}

func TestTLSIsVerified(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(ca, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	f := startFake(t, func(f *fake) {
		f.Listener = tls.NewListener(f.Listener, &tls.Config{Certificates: web.TLS.Certificates})
	})
	url := "mqtts://" + f.Addr().String()
	good := newRig(t, Broker{URL: url, CAFile: ca})
	good.backlog.add(Transitions, 5, number)
	good.run()
	eventually(t, "the backlog is acknowledged", func() bool { return good.backlog.count(Transitions) == 5 })
	good.end()
	for name, b := range map[string]Broker{
		"unknown authority": {URL: url}, "no such file": {URL: url, CAFile: ca + "x"},
	} {
		r := newRig(t, b).run()
		eventually(t, name+" is reported", func() bool { return r.count(false) > 0 })
		if r.end(); r.count(true) > 0 {
			t.Errorf("%s: connected all the same", name)
		}
	}
}

func TestAPacketOverTheLimitEndsTheConnection(t *testing.T) {
	f := startFake(t, func(f *fake) {
		f.each = func(c net.Conn, p packets.ControlPacket) {
			if _, ok := p.(*packets.SubscribePacket); ok {
				_, _ = c.Write([]byte{0x30, 0xFF, 0xFF, 0xFF, 0x7F}) // announces 256 MiB
			}
		}
	})
	r := newRig(t, Broker{URL: f.url()})
	r.deps.Subscribe = wire.Subscriptions("newyork")
	r.run()
	eventually(t, "it is reported", func() bool { return r.count(false) > 0 })
	r.leakless()
	if why := r.reports[0].why; !strings.Contains(why, "packet of more than") {
		t.Errorf("report %q", why)
	}
}

func TestASnapshotTheBrokerHangsUpAtStopsNothingElse(t *testing.T) {
	f := startFake(t, func(f *fake) {
		f.each = func(c net.Conn, p packets.ControlPacket) {
			if p, ok := p.(*packets.PublishPacket); ok && bytes.Equal(p.Payload, []byte("poison")) {
				_ = c.Close()
			}
		}
	})
	r := newRig(t, Broker{URL: f.url()})
	r.Snapshot(wire.Decision("berlin", "a"), []byte("fine"), true)
	r.Snapshot(wire.Decision("berlin", "b"), []byte("poison"), true)
	r.backlog.add(Transitions, 20, number)
	r.run()
	eventually(t, "the transitions are acknowledged", func() bool { return r.backlog.count(Transitions) == 20 })
	r.end()
	if !strings.Contains(r.log.String(), "gives up a snapshot") {
		t.Errorf("it was given up without a word:\n%s", r.log)
	}
}

func TestASlowUplinkKeepsItsConnection(t *testing.T) {
	f := startFake(t, func(*fake) {})
	r := newRig(t, Broker{URL: f.url()})
	r.timing.hand = 20 * time.Millisecond
	r.deps.Dialers[0].Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := r.dial(ctx, network, address)
		return slow{c}, err
	}
	r.backlog.add(Results, 10, func(uint64) []byte { return make([]byte, 2*chunk) })
	r.run()
	eventually(t, "the backlog is acknowledged", func() bool { return r.backlog.count(Results) == 10 })
	if n := r.count(false); n > 0 {
		t.Errorf("%d connections were given up that were merely slow: %v", n, r.reports)
	}
}

// slow is an uplink that takes 30 ms for each write.
type slow struct{ net.Conn }

func (c slow) Write(b []byte) (int, error) {
	<-time.After(30 * time.Millisecond)
	return c.Conn.Write(b)
}

func TestABacklogThatFailsIsAskedAgain(t *testing.T) {
	f := startFake(t, func(*fake) {})
	r := newRig(t, Broker{URL: f.url()})
	failing := &failingBacklog{backlog: r.backlog, left: 2}
	r.deps.Backlog = failing
	r.timing.pause = 20 * time.Millisecond
	r.backlog.add(Transitions, 3, number)
	r.run()
	eventually(t, "the backlog is acknowledged", func() bool { return r.backlog.count(Transitions) == 3 })
}

type failingBacklog struct {
	*backlog
	left int
}

func (b *failingBacklog) Next(broker string, class Class, most int) ([]Item, error) {
	if b.left--; b.left >= 0 {
		return nil, errors.New("the card does not answer")
	}
	return b.backlog.Next(broker, class, most)
}

// TestWhatIsDueMayDependOnWhatIsDone is a store that shows what is live alone until that is done.
func TestWhatIsDueMayDependOnWhatIsDone(t *testing.T) {
	f := startFake(t, func(*fake) {})
	r := newRig(t, Broker{URL: f.url()})
	r.deps.Backlog = oneByOne{r.backlog}
	r.backlog.add(Results, 30, number)
	r.run()
	eventually(t, "the backlog is acknowledged", func() bool { return r.backlog.count(Results) == 30 })
}

type oneByOne struct{ *backlog }

func (b oneByOne) Next(broker string, class Class, _ int) ([]Item, error) {
	return b.backlog.Next(broker, class, 1)
}
