package store

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func settings(dir string) Settings {
	return Settings{Dir: dir, MaxBytes: 64 << 20, Commit: 30 * time.Second}
}

func mustOpen(t tb, set Settings) *Store {
	t.Helper()
	s, err := Open(set, quiet())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// start runs s; the function it returns ends it and closes it.
func start(t tb, s *Store) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// keep stores entries in the directory of set, and ends.
func keep(t tb, set Settings, entries ...Entry) {
	t.Helper()
	s := mustOpen(t, set)
	stop := start(t, s)
	offer(t, s, entries...)
	stop()
}

func offer(t tb, s *Store, entries ...Entry) {
	t.Helper()
	for _, e := range entries {
		if !s.Offer(e) {
			t.Fatalf("event %d is refused", e.Event.Seq)
		}
	}
}

// stored reads all events and transitions.
func stored(t tb, s *Store) (events []fold.Event, transitions []fold.Transition) {
	t.Helper()
	for e, err := range s.Events(0) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	transitions, err := s.Transitions(0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return events, transitions
}

func diff(a, b any) string {
	return cmp.Diff(a, b, cmp.Comparer(func(x, y netip.Addr) bool { return x == y }))
}

// split takes entries apart as stored gives them back.
func split(entries []Entry) (events []fold.Event, transitions []fold.Transition) {
	for _, e := range entries {
		events = append(events, e.Event)
		transitions = append(transitions, e.Transitions...)
	}
	return events, transitions
}

func at(up time.Duration) firmware.Stamp {
	return firmware.Stamp{Boot: firmware.BootID{7}, Up: time.Hour + up}
}

// result is the seq'th event: a steady https probe with the jitter of a real line.
func result(seq uint64) Entry {
	rnd := rand.New(rand.NewPCG(seq, 1))
	about := func(mean, spread int) time.Duration {
		return time.Duration(mean+rnd.IntN(2*spread+1)-spread) * time.Microsecond
	}
	p := firmware.Phases{Resolve: about(2500, 500), Connect: about(11000, 500), TLS: about(15000, 900), Wait: about(23000, 2000), Transfer: about(180, 90)}
	r := firmware.Result{
		Check:  firmware.CheckRef{Service: fmt.Sprintf("service-%d", seq/8%10), Name: fmt.Sprintf("check-%d", seq/2%4)},
		Uplink: [...]string{"eth0", "wwan0"}[seq%2], Start: at(time.Duration(seq)*125*time.Millisecond + about(300, 250)),
		Took:    p.Resolve + p.Connect + p.TLS + p.Wait + p.Transfer + about(250, 90),
		Outcome: firmware.OutcomeOK, Status: 200, Phases: p, Conn: firmware.ConnResumed, Bytes: 5000, Expires: 1_790_000_000,
		Address: netip.AddrFrom4([4]byte{203, 0, 113, byte(seq / 8 % 10)}), Cache: firmware.CacheEvidence{Fresh: -time.Microsecond},
	}
	return Entry{Event: fold.Event{Seq: seq, At: r.Start.Add(r.Took + about(120, 80)), Body: fold.Result{Result: r}}}
}

// change is an event with a transition.
func change(seq, transition uint64) Entry {
	e := fold.Event{Seq: seq, At: at(time.Duration(seq) * time.Second), Body: fold.Link{Uplink: "eth0", Why: "cable"}}
	return Entry{e, []fold.Transition{{Seq: transition, At: e.At, Kind: "uplink", Subject: "eth0", From: "sighted", To: "down", Why: "no carrier"}}}
}

func beat(seq uint64) Entry {
	return Entry{Event: fold.Event{Seq: seq, At: at(0), Body: fold.Heard{Device: "berlin-1", Beat: &fold.Beat{Epoch: 3, Sequence: seq, Stands: []fold.Stand{}}}}}
}

// anyEntries draws a run of entries of all sorts, numbered from 1.
func anyEntries(t *rapid.T) (all []Entry) {
	transition := uint64(0)
	for seq := range uint64(rapid.IntRange(1, 60).Draw(t, "n")) {
		seq++
		var e Entry
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			transition++
			e = change(seq, transition)
		case 1:
			e = beat(seq)
		case 2:
			e = Entry{Event: fold.Event{Seq: seq, At: at(0), Body: fold.Part{Name: "store", Why: rapid.String().Draw(t, "why")}}}
		case 3: // too much for a block
			e = result(seq)
			r := e.Event.Body.(fold.Result)
			r.Detail = fmt.Sprintf("%0201d", seq)
			e.Event.Body = r
		case 4: // reached the fold in another boot
			e = result(seq)
			e.Event.At.Boot = firmware.BootID{8}
		default:
			e = result(seq)
		}
		all = append(all, e)
	}
	return all
}

func dbPath(dir string) string { return filepath.Join(dir, FileName) }
