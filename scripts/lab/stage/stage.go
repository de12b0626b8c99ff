package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/scripts/lab/fault"
	"edgeprobe.io/scripts/lab/holdings"
	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/seen"
	"edgeprobe.io/scripts/lab/world"
)

// Stage is a world for one scenario. It must be used inside a sandbox.
type Stage struct {
	// Daemon is the path of the edgeprobed to put into the devices.
	Daemon string
	// NATS is the path of the nats-server, where the broker is a cluster.
	NATS string
	// Out is the folder that gets what was seen and what the devices logged; "": nothing is kept.
	Out string
	// Keep is called before everything ends, with all devices running again; nil: it ends at once.
	Keep func(*world.World)

	set   scenario.World
	world *world.World
	zero  time.Duration // boot-time at the scenario's beginning
	held  []judge.Holding
}

// New makes a stage for a scenario.
func New(s *scenario.Scenario) *Stage { return &Stage{set: s.World} }

// Open builds the world without its devices.
func (s *Stage) Open(ctx context.Context) error {
	t, err := topology(s.set)
	if err != nil {
		return err
	}
	s.world, err = world.Open(ctx, t, world.Options{Daemon: s.Daemon, NATS: s.NATS})
	return err
}

// Boot starts the devices.
func (s *Stage) Boot(context.Context) error {
	for _, d := range s.world.Topology.Devices {
		if err := s.world.StartDevice(d.ID); err != nil {
			return err
		}
	}
	return nil
}

// Begin makes this instant the scenario's beginning.
func (s *Stage) Begin() {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) // Linux has had it since 2.6.39
	s.world.Begin()
	s.zero = time.Duration(now.Nano())
}

// Do does a fault.
func (s *Stage) Do(ctx context.Context, f scenario.Fault) (func(context.Context) error, error) {
	undo, err := fault.Do(ctx, s.world, f.Do, f.With)
	if undo == nil {
		return nil, err
	}
	return undo, err
}

// Log is what was seen so far.
func (s *Stage) Log() *seen.Log { return s.world.Log }

// Stop stops the devices cleanly and reads what their panels showed.
func (s *Stage) Stop(context.Context) error {
	err := errors.Join(s.world.Cause(), s.world.StopDevices())
	return errors.Join(err, s.world.CollectPanels())
}

// Holdings reads the devices' stores.
func (s *Stage) Holdings() (all []judge.Holding) {
	for _, d := range s.world.Topology.Devices {
		all = append(all, holdings.Read(d.ID, s.world.DataDir(d.ID), s.zero))
	}
	s.held = all
	return all
}

// Close ends the world, and before that keeps what is worth it.
func (s *Stage) Close() error {
	if s.world == nil {
		return nil
	}
	err := s.save()
	if s.Keep != nil {
		s.Keep(s.world)
	}
	return errors.Join(err, s.world.Close())
}

// save writes what was seen and what the devices logged.
func (s *Stage) save() error {
	if s.Out == "" {
		return nil
	}
	if err := os.MkdirAll(s.Out, 0o755); err != nil {
		return fmt.Errorf("keep what was seen: %w", err)
	}
	f, err := os.Create(filepath.Join(s.Out, "seen.jsonl"))
	if err != nil {
		return fmt.Errorf("keep what was seen: %w", err)
	}
	err = errors.Join(seen.Write(f, s.world.Log.All()), f.Close(), s.saveHoldings())
	for _, d := range s.world.Topology.Devices {
		text, readErr := os.ReadFile(s.world.LogPath(d.ID))
		if readErr == nil { // it may never have been started
			err = errors.Join(err, os.WriteFile(filepath.Join(s.Out, d.ID+".log"), text, 0o644))
		}
	}
	return err
}

// saveHoldings writes what the stores held, a line per device.
func (s *Stage) saveHoldings() error {
	f, err := os.Create(filepath.Join(s.Out, "stores.jsonl"))
	if err != nil {
		return fmt.Errorf("keep what the stores held: %w", err)
	}
	for _, h := range s.held {
		err = errors.Join(err, json.NewEncoder(f).Encode(h))
	}
	return errors.Join(err, f.Close())
}
