package world

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/scripts/lab/seen"
)

// maxTransitions is how many transitions are read of one store.
const maxTransitions = 1 << 20

// Collect adds to the log what the devices' stores hold and what their panels showed. The devices must have stopped. It returns what it could
// read, and says of whom it could not.
func (w *World) Collect() error {
	var errs []error
	for _, d := range w.Topology.Devices {
		if err := w.collectStore(d.ID); err != nil {
			errs = append(errs, fmt.Errorf("device %s: read its store: %w", d.ID, err))
		}
	}
	return errors.Join(append(errs, w.CollectPanels())...)
}

// CollectPanels adds to the log what the devices' panels showed, as far as they have said so. It is called once.
func (w *World) CollectPanels() error {
	var errs []error
	for _, d := range w.Topology.Devices {
		if err := w.collectPanel(d.ID); err != nil {
			errs = append(errs, fmt.Errorf("device %s: %w", d.ID, err))
		}
	}
	return errors.Join(errs...)
}

// OpenStore opens the store of a device that has stopped; close it. An unusable one is an error, and is not replaced.
func (w *World) OpenStore(id string) (*store.Store, error) {
	set := store.Defaults()
	set.Dir, set.Commit = w.DataDir(id), time.Second
	s, err := store.Open(set, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return nil, err
	}
	if err := s.Trouble(); err != nil {
		return nil, fmt.Errorf("%w (%v)", err, s.Close())
	}
	if why := s.Stats().Reset; why != "" {
		return nil, fmt.Errorf("its journal is unusable: %s (%v)", why, s.Close())
	}
	return s, nil
}

func (w *World) collectStore(id string) error {
	s, err := w.OpenStore(id)
	if err != nil {
		return err
	}
	defer s.Close()
	all, err := s.Transitions(0, maxTransitions)
	if err != nil {
		return err
	}
	for _, t := range all {
		w.Log.Add(w.transition(id, s.Epoch(), t))
	}
	return nil
}

func (w *World) transition(id string, epoch uint64, t fold.Transition) seen.Observation {
	fields := map[string]any{
		"sequence": float64(t.Seq), "epoch": fmt.Sprintf("%016x", epoch), "kind": t.Kind, "from": t.From, "to": t.To, "why": t.Why,
	}
	if t.Decision != nil {
		fields["status"], fields["impact"] = string(t.Decision.Status), t.Decision.Impact.String()
	}
	return seen.Observation{At: w.sinceBoot(t.At), Source: seen.Store, Device: id, Kind: seen.KindTransition, Subject: t.Subject, Fields: fields}
}

// sinceBoot is when a stamp was made: all devices of the world run on this machine's boot clock.
func (w *World) sinceBoot(s firmware.Stamp) time.Duration { return s.Up - w.boot() }
