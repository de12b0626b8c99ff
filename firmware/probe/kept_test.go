package probe_test

import (
	"crypto/tls"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// talks answers one request after the other with the texts, and then does as told.
func talks(then func(net.Conn), texts ...string) func(net.Conn) {
	return func(c net.Conn) {
		for _, text := range texts {
			if !readRequest(c) {
				return
			}
			io.WriteString(c, text)
		}
		then(c)
	}
}

func closes(net.Conn) {}

// TestKeptConnection is what can become of a connection between runs, and what the runs make of it. Each connection
// that the server accepts is answered by the next of the handlers.
func TestKeptConnection(t *testing.T) {
	const ok, kept, plain = firmware.OutcomeOK, firmware.ConnKept, firmware.ConnPlain
	type run struct {
		outcome firmware.Outcome
		conn    firmware.Conn
	}
	for _, tc := range []struct {
		name    string
		serve   []func(net.Conn)
		timeout time.Duration
		want    []run
	}{
		{"serves on", []func(net.Conn){talks(holds, page, page, page)}, long, []run{{ok, plain}, {ok, kept}, {ok, kept}}},
		{"asked to close", []func(net.Conn){talks(holds, strings.Replace(page, "\r\n", "\r\nConnection: close\r\n", 1)), talks(closes, page)}, long, []run{{ok, plain}, {ok, plain}}},
		{"HTTP/1.0", []func(net.Conn){talks(holds, strings.Replace(page, "1.1", "1.0", 1)), talks(closes, page)}, long, []run{{ok, plain}, {ok, plain}}},
		{"closed meanwhile", []func(net.Conn){talks(closes, page), talks(closes, page)}, long, []run{{ok, plain}, {ok, plain}}},
		{"closed in the next request", []func(net.Conn){talks(func(c net.Conn) { readRequest(c) }, page), talks(closes, page)}, long, []run{{ok, plain}, {ok, plain}}},
		{"silent in the next request", []func(net.Conn){talks(holds, page), talks(closes, page)}, 2 * short, []run{{ok, plain}, {ok, plain}}},
		{"garbage in the next answer", []func(net.Conn){talks(holds, page, "what?\r\n\r\n"), talks(closes, page)}, long, []run{{ok, plain}, {ok, plain}}},
		{"cut off in the next answer", []func(net.Conn){talks(closes, page, page[:len(page)-3]), talks(closes, page)}, long, []run{{ok, plain}, {ok, plain}}},
		{"an error over it is looked at afresh", []func(net.Conn){talks(holds, page, answer(503, "", "")), talks(holds, page, page)}, long,
			[]run{{ok, plain}, {firmware.OutcomeHTTPStatus, kept}, {ok, plain}, {ok, kept}}},
		{"a wrong body over it is looked at afresh", []func(net.Conn){talks(holds, page, answer(200, "", "bye"), page), talks(holds, page)}, long,
			[]run{{ok, plain}, {firmware.OutcomeBodyMismatch, kept}, {ok, plain}}},
		{"a bad first run keeps nothing", []func(net.Conn){talks(holds, answer(503, "", "")), talks(closes, page)}, long,
			[]run{{firmware.OutcomeHTTPStatus, plain}, {ok, plain}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			handlers := make(chan func(net.Conn), len(tc.serve))
			for _, h := range tc.serve {
				handlers <- h
			}
			check := httpCheck("http://shop.example/", serve(t, func(c net.Conn) { (<-handlers)(c) }), tc.timeout)
			check.HTTP.Keep, check.HTTP.ExpectBody = true, "hello"
			p := prober(t, check, loopback(), probe.Defaults())
			for i, want := range tc.want {
				r := do(t, p, tc.timeout)
				if r.Outcome != want.outcome || r.Conn != want.conn {
					t.Errorf("run %d: %v over %v (%s), want %v over %v", i+1, r.Outcome, r.Conn, r.Detail, want.outcome, want.conn)
				}
				if fresh := r.Phases.Connect > 0; fresh == (r.Conn == kept) || r.Phases.Wait == 0 || r.Address.String() != "127.0.0.1" {
					t.Errorf("run %d tells its phases wrong: %+v", i+1, r)
				}
			}
		})
	}
}

// TestAnswerToNoRequest has a server say goodbye in HTTP: that is not the answer to the next request.
func TestAnswerToNoRequest(t *testing.T) {
	late, said := make(chan bool), make(chan bool)
	handlers := make(chan func(net.Conn), 2)
	handlers <- talks(func(c net.Conn) {
		<-late
		io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
		close(said)
		holds(c)
	}, page)
	handlers <- talks(closes, page)
	check := httpCheck("http://shop.example/", serve(t, func(c net.Conn) { (<-handlers)(c) }), long)
	check.HTTP.Keep = true
	p := prober(t, check, loopback(), probe.Defaults())
	first := do(t, p, long)
	close(late)
	<-said
	if r := do(t, p, long); !first.Outcome.OK() || !r.Outcome.OK() || r.Conn != firmware.ConnPlain {
		t.Errorf("%v, then %v over %v (%s)", first.Outcome, r.Outcome, r.Conn, r.Detail)
	}
}

// TestKeptConnectionIsProven holds the rule of when a full handshake is due, with a check each 10 s.
func TestKeptConnectionIsProven(t *testing.T) {
	ca := newAuthority(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.Leaf(t, "shop.example", nil)}}
	bad := make(chan bool, 1)
	address := serveTLS(t, cfg, func(c net.Conn) {
		for readRequest(c) {
			select {
			case <-bad:
				io.WriteString(c, answer(500, "", ""))
			default:
				io.WriteString(c, page)
			}
		}
	})
	clock := &handClock{up: time.Minute, now: time.Now()}
	set := probe.Defaults()
	set.Roots = ca.Pool()
	check := httpCheck("https://shop.example/", address, long)
	check.HTTP.Keep = true
	p, err := probe.New(check, loopback(), clock, set)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var got []firmware.Conn
	for _, pass := range []time.Duration{0, 10 * time.Second, 7 * time.Second, time.Second, time.Second} {
		clock.pass(pass)
		r := p.Do(t.Context())
		if !r.Outcome.OK() || r.Expires == 0 {
			t.Errorf("%+v", r)
		}
		got = append(got, r.Conn)
	}
	bad <- true
	for range 3 {
		got = append(got, p.Do(t.Context()).Conn)
	}
	full, kept := firmware.ConnFull, firmware.ConnKept
	if want := []firmware.Conn{full, kept, kept, full, kept, kept, full, kept}; !slices.Equal(got, want) {
		t.Errorf("connections %v, want %v", got, want)
	}
}

// TestLostConnectionIsNotSlow: what a dead connection of our own cost is not the answer's time.
func TestLostConnectionIsNotSlow(t *testing.T) {
	handlers := make(chan func(net.Conn), 2)
	handlers <- talks(holds, page)
	handlers <- talks(closes, page)
	check := httpCheck("http://shop.example/", serve(t, func(c net.Conn) { (<-handlers)(c) }), 2*time.Second)
	check.HTTP.Keep, check.MaxLatency = true, 900*time.Millisecond
	p := prober(t, check, loopback(), probe.Defaults())
	for range 2 {
		if r := do(t, p, 2*time.Second); !r.Outcome.OK() {
			t.Errorf("%v (%s) in %v", r.Outcome, r.Detail, r.Took)
		}
	}
}

// TestNonce has a cache never see the same request twice.
func TestNonce(t *testing.T) {
	for _, tc := range []struct{ url, want string }{
		{"http://shop.example/", "GET /?edgeprobe="}, {"http://shop.example/a?b=c&d", "GET /a?b=c&d&edgeprobe="},
	} {
		heard := make(chan string, 2)
		check := httpCheck(tc.url, serve(t, func(c net.Conn) {
			buf := make([]byte, 4096)
			n, _ := c.Read(buf)
			line, _, _ := strings.Cut(string(buf[:n]), " HTTP/1.1\r\n")
			heard <- line
			io.WriteString(c, page)
		}), long)
		check.HTTP.Nonce = true
		p := prober(t, check, loopback(), probe.Defaults())
		do(t, p, long)
		do(t, p, long)
		a, b := <-heard, <-heard
		if a == b || len(a) != len(tc.want)+16 || !strings.HasPrefix(a, tc.want) || !strings.HasPrefix(b, tc.want) {
			t.Errorf("asked for %q and %q, want %s and 16 digits", a, b, tc.want)
		}
	}
}

// TestAnswerAheadOfRequest has a server answer once more than it was asked, in the same TLS record or in the next one:
// crypto/tls holds that while the socket is empty, and it is not the answer to the next request.
func TestAnswerAheadOfRequest(t *testing.T) {
	body := "hello" + strings.Repeat(".", 8<<10) // longer than what is read ahead of it
	old := answer(200, "", body)
	for name, ahead := range map[string]func(net.Conn){
		"in the same record": func(c net.Conn) { io.WriteString(c, old+old) },
		"in the next record": func(c net.Conn) { io.WriteString(c, old); io.WriteString(c, page) },
	} {
		t.Run(name, func(t *testing.T) {
			ca := newAuthority(t)
			handlers := make(chan func(net.Conn), 2)
			handlers <- func(c net.Conn) { readRequest(c); ahead(c); holds(c) }
			handlers <- talks(closes, answer(503, "", ""))
			cfg := &tls.Config{Certificates: []tls.Certificate{ca.Leaf(t, "shop.example", nil)}, SessionTicketsDisabled: true}
			set := probe.Defaults()
			set.Roots = ca.Pool()
			check := httpCheck("https://shop.example/", serveTLS(t, cfg, func(c net.Conn) { (<-handlers)(c) }), long)
			check.HTTP.Keep, check.HTTP.ExpectBody = true, "hello"
			p := prober(t, check, loopback(), set)
			if r := do(t, p, long); !r.Outcome.OK() {
				t.Fatalf("%v (%s)", r.Outcome, r.Detail)
			}
			if r := do(t, p, long); r.Outcome != firmware.OutcomeHTTPStatus || r.Conn == firmware.ConnKept {
				t.Errorf("%v over %v (%s): an old answer was read", r.Outcome, r.Conn, r.Detail)
			}
		})
	}
}
