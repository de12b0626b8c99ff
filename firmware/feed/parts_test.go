package feed

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestEveryWriteHasADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe() // nobody reads at the other end
		defer theirs.Close()
		c := &conn{Conn: ours, patience: 10 * time.Second, progress: make(chan struct{}, 1)}
		start := time.Now()
		_ = c.SetWriteDeadline(time.Time{}) // as the library does
		_, err := c.Write([]byte{0xC0, 0})
		if took := time.Since(start); !errors.Is(err, os.ErrDeadlineExceeded) || took != 10*time.Second {
			t.Errorf("a write that nobody reads ended after %v with %v", took, err)
		}
		c.endBy(time.Now().Add(time.Second))
		start = time.Now()
		if _, err = c.Write([]byte{0xC0, 0}); err == nil || time.Since(start) != time.Second {
			t.Errorf("a write beyond the end took %v: %v", time.Since(start), err)
		}
		_ = c.SetReadDeadline(time.Time{})
		if _, err = c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a read beyond the end: %v", err)
		}
		_ = c.Close()
	})
}

func TestASlowUplinkIsNoDeadOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		c := &conn{Conn: ours, patience: 10 * time.Second, progress: make(chan struct{}, 1)}
		go func() {
			defer theirs.Close()
			buf := make([]byte, 4<<10)
			for range 8 {
				<-time.After(9 * time.Second)
				if _, err := theirs.Read(buf); err != nil {
					t.Error(err)
				}
			}
		}()
		packet := make([]byte, 32<<10)
		packet[0] = 0x32
		if n, err := c.Write(packet); err != nil || n != len(packet) || c.written.Load() != 1 {
			t.Errorf("wrote %d of %d bytes over 72 s: %v; %d packets", n, len(packet), err, c.written.Load())
		}
		_ = c.Close()
	})
}

func TestAPacketOverTheLimitIsNotBegun(t *testing.T) {
	ours, theirs := net.Pipe()
	c := &conn{Conn: ours}
	go func() {
		_, _ = theirs.Write([]byte{0x30, 0xFF, 0xFF, 0xFF, 0x7F})
		_ = theirs.Close()
	}()
	// The library makes room for the packet once it has its length: that must not come through.
	if n, err := io.ReadFull(c, make([]byte, 5)); err == nil || n == 5 {
		t.Errorf("read %d bytes of the packet's head: %v", n, err)
	}
	_ = c.Close()
}

// packet is an MQTT packet of n bytes after its length.
func packet(n int) []byte {
	b := []byte{0x30}
	for rest := n; ; {
		digit := byte(rest & 0x7F)
		if rest >>= 7; rest == 0 {
			b = append(b, digit)
			break
		}
		b = append(b, digit|0x80)
	}
	return append(b, make([]byte, n)...)
}

func TestFramesFollowAnyChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		for _, n := range rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(16000, 17000)), 0, 8).Draw(t, "sizes") {
			stream = append(stream, packet(n)...)
		}
		over := rapid.Bool().Draw(t, "over")
		if over {
			stream = append(stream, packet(maxPacket + 1)[:5]...)
		}
		var f frames
		var err error
		for len(stream) > 0 && err == nil {
			n := rapid.IntRange(1, len(stream)).Draw(t, "chunk")
			err = f.take(stream[:n])
			stream = stream[n:]
		}
		if (err != nil) != over {
			t.Fatalf("over the limit: %v; error: %v", over, err)
		}
	})
}

func FuzzFrames(f *testing.F) {
	f.Add(packet(5), 1)
	f.Add([]byte{0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 2)
	f.Fuzz(func(t *testing.T, stream []byte, at int) {
		if at < 0 || at > len(stream) {
			return
		}
		var whole, parts frames
		one := whole.take(stream)
		two := parts.take(stream[:at])
		if two == nil {
			two = parts.take(stream[at:])
		}
		if (one == nil) != (two == nil) || one == nil && whole != parts {
			t.Errorf("whole: %v %+v; in two parts: %v %+v", one, whole, two, parts)
		}
	})
}

func TestBackoffDoublesUnderItsLimit(t *testing.T) {
	b := backoff{first: time.Second, most: 5 * time.Minute}
	var got []time.Duration
	for range 12 {
		got = append(got, b.limit()/time.Second)
		b.failures++
	}
	if want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300}; !slices.Equal(got, want) {
		t.Errorf("limits %d s, want %d", got, want)
	}
}

func TestBackoffWaitsUnderItsLimitAndEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := backoff{first: time.Second, most: 5 * time.Minute, soon: time.Second}
		for b.failures < 12 {
			limit, start := b.limit(), time.Now()
			if early, ok := b.wait(t.Context(), none()); early || !ok || time.Since(start) > limit+time.Millisecond {
				t.Errorf("waited %v, early %v, limit %v", time.Since(start), early, limit)
			}
		}
	})
}

func none() *news { return &news{lasts: time.Hour, came: make(chan struct{}, 1)} }

// TestNewsBringsTheNextTryForward holds that news which comes while a try is far shortens that wait and those that
// follow, as long as it is news, and that tries made early cost none of the usual ones.
func TestNewsBringsTheNextTryForward(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		soon, lasts := time.Duration(rapid.IntRange(1, 10).Draw(rt, "soon"))*time.Second, 5*time.Minute
		at := time.Duration(rapid.IntRange(0, 600).Draw(rt, "at")) * time.Second
		synctest.Test(t, func(t *testing.T) {
			b, n := backoff{first: time.Second, most: time.Hour, soon: soon, failures: 20}, none()
			n.lasts = lasts
			start := time.Now()
			time.AfterFunc(at, n.come)
			for last := start; time.Since(start) < 2*time.Hour; last = time.Now() {
				usually := b.due
				early, ok := b.wait(t.Context(), n)
				if usually.After(last) && b.due != usually {
					t.Errorf("an early try moved the usual one from %v to %v", usually.Sub(start), b.due.Sub(start))
				}
				tried, from := time.Since(start), max(at, last.Sub(start))
				if !ok || tried > at && from < at+lasts && tried > from+soon+time.Millisecond {
					t.Errorf("tried at %v after %v, news at %v", tried, last.Sub(start), at)
				}
				if usual := !b.due.After(time.Now()); early == usual {
					t.Errorf("tried at %v: early %v, due %v", tried, early, b.due.Sub(start))
				}
			}
		})
	})
}

// TestAnEarlyTryAsksTheAllowance: what is not granted is dialled only when it would have been without news.
func TestAnEarlyTryAsksTheAllowance(t *testing.T) {
	dialled, asked := "", int64(0)
	way := func(name string, grants bool) Dialer {
		return Dialer{Name: name, Ask: func(n int64) bool { asked += n; return grants },
			Dial: func(context.Context, string, string) (net.Conn, error) {
				dialled += name
				return nil, errors.New("dead")
			}}
	}
	s := New(Defaults(), Broker{Name: "main", URL: "mqtt://192.0.2.1"}, Deps{Dialers: []Dialer{way("a", true), way("b", false)}})
	for _, c := range []struct {
		early bool
		want  string
	}{{false, "ab"}, {true, "a"}} {
		dialled, asked, s.early = "", 0, c.early
		_, err := s.open(t.Context())
		if dialled != c.want || c.early != (asked == 2*tryBytes) || c.early != strings.Contains(err.Error(), "uplink b: its allowance") {
			t.Errorf("early %v: dialled %q, asked for %d, %v", c.early, dialled, asked, err)
		}
	}
}

func TestOnlyTheNewestSnapshotSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, newest, got := newOutbox(), map[string]string{}, map[string]string{}
		o.renew()
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				topic, payload := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "topic"), rapid.StringN(0, 3, 3).Draw(t, "payload")
				o.put(letter{topic: topic, payload: []byte(payload), kept: true})
				newest[topic] = payload
			},
			"take": func(*rapid.T) {
				if l, ok := o.take(); ok {
					got[l.topic] = string(l.payload)
					o.landed(l)
				}
			},
			"reconnect": func(*rapid.T) {
				o.rest()
				o.renew()
				clear(got)
			},
		})
		for l, ok := o.take(); ok; l, ok = o.take() {
			if _, twice := got[l.topic]; twice && got[l.topic] == string(l.payload) && len(o.due) > 3 {
				t.Fatalf("%d letters are due for 3 topics", len(o.due))
			}
			got[l.topic] = string(l.payload)
			o.landed(l)
		}
		for topic, payload := range newest {
			if have, ok := got[topic]; have != payload || !ok && payload != "" {
				t.Errorf("%s: the broker has %q, the newest is %q", topic, have, payload)
			}
		}
	})
}

func TestSuspectsNeedToBeAlone(t *testing.T) {
	one := func(n uint64) flight { return flight{item: Item{First: n, Last: n}} }
	var s suspects
	if _, _, found := s.strike([]flight{one(1), one(2), one(3)}, []Class{Transitions, Transitions, Results}); found || s.careful != 3 {
		t.Errorf("of three in flight one was found guilty, or careful is %d", s.careful)
	}
	for range strikes - 1 {
		if _, _, found := s.strike([]flight{one(2)}, []Class{Transitions}); found {
			t.Error("guilty too soon")
		}
	}
	s.cleared(one(2), Transitions) // it landed after all
	for i := range strikes {
		f, class, found := s.strike([]flight{one(2)}, []Class{Transitions})
		if want := i == strikes-1; found != want || found && (f.item.First != 2 || class != Transitions) {
			t.Errorf("strike %d: found %v", i+1, found)
		}
	}
}

func TestURLs(t *testing.T) {
	for raw, want := range map[string]endpoint{
		"mqtt://127.0.0.1":          {"127.0.0.1", 1883, false},
		"mqtts://broker.example":    {"broker.example", 8883, true},
		"mqtt://[::1]:99":           {"::1", 99, false},
		"mqtts://broker.example:1/": {"broker.example", 1, true},
	} {
		if got, err := parseURL(raw); err != nil || got != want {
			t.Errorf("%s: %+v, %v", raw, got, err)
		}
	}
	for _, raw := range []string{"", "127.0.0.1:1883", "http://x", "mqtt://", "mqtt://x:0", "mqtt://x:65536", "mqtt://x:port"} {
		if got, err := parseURL(raw); err == nil {
			t.Errorf("%q was read as %+v", raw, got)
		}
	}
}
