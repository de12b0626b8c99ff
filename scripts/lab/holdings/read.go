package holdings

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/scripts/lab/judge"
)

// Read reads the store in dir. Its times count from zero, a time since boot. What cannot be read is told in the
// holding's Trouble.
func Read(device, dir string, zero time.Duration) judge.Holding {
	h := judge.Holding{Device: device}
	s, clean, err := open(dir)
	if err != nil {
		h.Trouble = fmt.Sprintf("read its store: %v", err)
		return h
	}
	defer clean()
	r := reader{holding: &h, zero: zero, epoch: s.Epoch()}
	if err := errors.Join(r.transitions(s), r.events(s)); err != nil {
		h.Trouble = fmt.Sprintf("read its store: %v", err)
		return h
	}
	replayed, err := s.Replay()
	h.Replayed = replayed.Transitions
	if err != nil {
		h.Trouble = err.Error()
	}
	moved, err := filepath.Glob(filepath.Join(dir, "corrupt", "*", store.FileName)) // sqlite.Quarantine
	h.Reset = err == nil && len(moved) > 0
	return h
}

// open opens a copy of the store in dir.
func open(dir string) (*store.Store, func(), error) {
	tmp, err := os.MkdirTemp("", "holdings-")
	if err != nil {
		return nil, nil, err
	}
	clean := func() { _ = os.RemoveAll(tmp) }
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, store.FileName+suffix))
		if suffix != "" && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(tmp, store.FileName+suffix), data, 0o600)
		}
		if err != nil {
			clean()
			return nil, nil, err
		}
	}
	set := store.Defaults()
	set.Dir = tmp
	s, err := store.Open(set, slog.New(slog.DiscardHandler))
	if err == nil && (s.Trouble() != nil || s.Stats().Reset != "") {
		err = fmt.Errorf("it is no sound journal: %w%s", s.Trouble(), s.Stats().Reset)
		_ = s.Close()
	}
	if err != nil {
		clean()
		return nil, nil, err
	}
	return s, func() { _ = s.Close(); clean() }, nil
}

// reader fills a holding.
type reader struct {
	holding *judge.Holding
	zero    time.Duration
	epoch   uint64
	set     fold.Settings // in force
}

func (r *reader) since(at firmware.Stamp) time.Duration { return at.Up - r.zero }

func (r *reader) transitions(s *store.Store) error {
	r.holding.Epochs = append(r.holding.Epochs, fmt.Sprintf("%016x", r.epoch))
	const page = 512
	for after := uint64(0); ; {
		some, err := s.Transitions(after, page)
		for _, t := range some {
			after = t.Seq
			r.holding.Transitions = append(r.holding.Transitions, judge.Stored{
				ID: firmware.ID{Device: r.holding.Device, Epoch: r.epoch, Sequence: t.Seq}.String(), At: r.since(t.At),
				To: fmt.Sprintf("%s %s: %s -> %s", t.Kind, t.Subject, t.From, t.To),
			})
		}
		if err != nil || len(some) < page {
			return err
		}
	}
}

func (r *reader) events(s *store.Store) error {
	for e, err := range s.Events(0) {
		if errors.Is(err, store.ErrGap) {
			return nil // the card failed, or room was made: what is there was read
		}
		if err != nil {
			return err
		}
		switch body := e.Body.(type) {
		case fold.Config:
			r.set = body.Settings
			r.holding.Services = body.Settings.Services
			r.holding.Region = region(body.Settings)
		case fold.Result:
			r.holding.Results = append(r.holding.Results, r.run(body.Result))
		}
	}
	return nil
}

func (r *reader) run(m firmware.Result) judge.Run {
	out := judge.Run{Service: m.Check.Service, Check: m.Check.Name, Uplink: m.Uplink, At: r.since(m.Start), Took: m.Took, Outcome: m.Outcome}
	for _, rule := range r.set.Rules {
		if rule.Ref == m.Check {
			out.Edge = rule.Role == firmware.RoleEdge
			out.Timeout = rule.Timeout
			out.Region = cmp.Or(rule.Region, r.holding.Region)
			out.Interval = rule.Interval[m.Uplink]
		}
	}
	return out
}

// region is where the device stands, as its fleet list says.
func region(set fold.Settings) string {
	for _, d := range set.Fleet {
		if d.ID == set.Device {
			return d.Region
		}
	}
	return ""
}
