package probe

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
)

// answerer is a peer that turns requests into whatever change makes of them; nil is silence.
func answerer(t *testing.T, change func(seq int, request []byte) [][]byte) net.Conn {
	t.Helper()
	peer, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		in := make([]byte, 256)
		for {
			n, from, err := peer.ReadFrom(in)
			if err != nil {
				return
			}
			for _, out := range change(int(in[7]), in[:n]) {
				peer.WriteTo(out, from)
			}
		}
	}()
	t.Cleanup(func() {
		peer.Close()
		<-done
	})
	c, err := net.Dial("udp", peer.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func answered(request []byte) []byte {
	out := append([]byte(nil), request...)
	out[0] = echoReply4
	return out
}

// TestSeries is loss, doubles and forgeries, at a real socket.
func TestSeries(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(seq int, request []byte) [][]byte
		want   int
		detail string
	}{
		{"all answered", func(_ int, q []byte) [][]byte { return [][]byte{answered(q)} }, 3, ""},
		{"one lost", func(seq int, q []byte) [][]byte {
			if seq == 1 {
				return nil
			}
			return [][]byte{answered(q)}
		}, 2, "2 of 3 answered, 33% lost"},
		{"answered twice", func(_ int, q []byte) [][]byte { return [][]byte{answered(q), answered(q)} }, 3, ""},
		{"requests come back", func(_ int, q []byte) [][]byte { return [][]byte{q} }, 0, "0 of 3 answered, 100% lost"},
		{"another's answers", func(_ int, q []byte) [][]byte { q[9]++; return [][]byte{answered(q)} }, 0, "0 of 3"},
		{"never asked", func(_ int, q []byte) [][]byte { q[6] = 9; return [][]byte{answered(q)} }, 0, "0 of 3"},
		{"cut short", func(_ int, q []byte) [][]byte { return [][]byte{answered(q)[:20], {}} }, 0, "0 of 3"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := series{sock: answerer(t, tc.change), trips: make([]time.Duration, 3), nonce: [8]byte{1, 2, 3}}
			wait := 2 * time.Second // for what never comes; when all has come, nobody waits
			if tc.want == len(s.trips) {
				wait = 20 * time.Second
			}
			r := run{parent: t.Context(), deadline: time.Now().Add(wait), phase: phaseWait}
			err := s.take(&r)
			if s.answered != tc.want || !strings.HasPrefix(s.String(), tc.detail) || (err == nil) != (tc.want > 0) {
				t.Errorf("%d, %s, %v; want %d, %s", s.answered, &s, err, tc.want, tc.detail)
			}
			if err != nil && classify(err, r.phase, false) != firmware.OutcomeTimeout {
				t.Errorf("classified as %v", classify(err, r.phase, false))
			}
		})
	}
}

// TestSeriesFigures holds the figures to those that ping(8) would print.
func TestSeriesFigures(t *testing.T) {
	const ms = time.Millisecond
	s := series{sent: make([]time.Time, 4), trips: []time.Duration{10 * ms, 0, 20 * ms, 30 * ms}, answered: 3}
	if want := (firmware.Trips{Sent: 4, Answered: 3, Min: 10 * ms, Max: 30 * ms, Dev: 8164 * time.Microsecond}); s.figures() != want || s.average() != 20*ms {
		t.Errorf("got %+v, mean %v; want %+v", s.figures(), s.average(), want)
	}
	if want := "3 of 4 answered, 25% lost"; s.String() != want {
		t.Errorf("got  %s\nwant %s", &s, want)
	}
	if none := (&series{sent: make([]time.Time, 2), trips: make([]time.Duration, 2)}).figures(); none != (firmware.Trips{Sent: 2}) {
		t.Errorf("of no answer: %+v", none)
	}
}

func FuzzEchoed(f *testing.F) {
	nonce := [8]byte{1, 2, 3}
	f.Add(answered(echo(false, 7, nonce)), false)
	f.Add(echo(true, 7, nonce), true)
	f.Fuzz(func(t *testing.T, message []byte, v6 bool) {
		seq, ours := echoed(message, v6, nonce)
		if ours && (len(message) != echoSize || [8]byte(message[8:16]) != nonce || int(seq) != int(message[6])<<8|int(message[7])) {
			t.Fatal("taken for ours")
		}
	})
}

// FuzzRecordForm holds that the form answers are compared in is one, and that no reply outgrows its bounds.
func FuzzRecordForm(f *testing.F) {
	for _, s := range []string{"192.0.2.1", `\# 4 C0 000207`, `0 issue "ca.example"`, "10 Mail.Example."} {
		f.Add(s, uint16(257), []byte("\x00\x05issueca.example"))
	}
	f.Fuzz(func(t *testing.T, answer string, number uint16, data []byte) {
		name := typeName(0)
		if number > 0 {
			name = fmt.Sprintf("TYPE%d", number)
		}
		if once, err := Answer(name, answer); err == nil {
			if again, err := Answer(name, once); err != nil || again != once {
				t.Fatalf("%q becomes %q, then %q, %v", answer, once, again, err)
			}
		}
		if text, err := genericForm(genericText(data)); err != nil || text != genericText(data) {
			t.Fatalf("%q, %v", text, err)
		}
		caaText(data)
		if said := edeText(data); len(said) > 100 {
			t.Fatalf("an error of %d bytes: %q", len(said), said)
		}
	})
}
