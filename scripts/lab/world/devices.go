package world

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware/identity"
	"edgeprobe.io/scripts/lab/seen"
)

// stopWithin is how long a device may take for a clean stop.
const stopWithin = 10 * time.Second

// prepareDevices writes what every device is given: its key, the fleet list, its config.
func (w *World) prepareDevices(context.Context) error {
	var fleet []byte
	for _, d := range w.Topology.Devices {
		key, err := identity.GenerateKey()
		if err != nil {
			return err
		}
		w.public[d.ID] = identity.PublicOf(key)
		if err := w.insertCard(d.ID); err != nil {
			return err
		}
		if err := identity.SaveKey(w.path(d.ID, d.ID+".key"), key); err != nil {
			return err
		}
		entry, err := fill(fleetEntry, map[string]any{"Device": d, "Public": identity.FormatPublic(w.public[d.ID])})
		if err != nil {
			return err
		}
		fleet = append(fleet, entry...)
	}
	for _, d := range w.Topology.Devices {
		config, services, err := w.config(d)
		if err != nil {
			return fmt.Errorf("device %s: %w", d.ID, err)
		}
		w.services[d.ID] = services
		err = w.write(d.ID, map[string]string{
			"fleet.yaml": string(fleet), "ca.pem": string(w.CA.PEM()), d.ID + ".password": w.passwords[d.ID] + "\n", d.ID + ".yaml": string(config),
		})
		if err != nil {
			return err
		}
		p := w.program(d.ID, d.ID, w.daemon, "--plain", "--config", w.path(d.ID, d.ID+".yaml"))
		p.died = func(words string) { w.died(d.ID, words) }
	}
	return nil
}

// reviveAfter is how long the service manager waits before it starts a device again that ended by itself.
const reviveAfter = time.Second

// died notes that a device ended by itself, and starts it again as its service manager would.
func (w *World) died(id, words string) {
	w.saw(seen.Observation{Source: seen.Lab, Device: id, Kind: seen.KindDevice, Fields: map[string]any{"state": "died", "words": words}})
	if !pause(w.ctx, reviveAfter) {
		return
	}
	p := w.named(id)
	p.life.Lock()
	defer p.life.Unlock()
	if p.running() || !p.wants() {
		return // somebody else has started or stopped it meanwhile
	}
	if err := w.startDevice(p); err != nil {
		w.fail(err)
	}
}

// StartDevice starts a device that does not run.
func (w *World) StartDevice(id string) error {
	p, err := w.device(id)
	if err != nil {
		return err
	}
	p.life.Lock()
	defer p.life.Unlock()
	if p.running() {
		return fmt.Errorf("device %s runs already", id)
	}
	return w.startDevice(p)
}

// startDevice starts a device whose life is locked.
func (w *World) startDevice(p *program) error {
	id := p.name
	p.early = w.early(id)
	err := p.start()
	if err == nil {
		err = w.slowFromStart(p)
	}
	if err == nil {
		w.saw(seen.Observation{Source: seen.Lab, Device: id, Kind: seen.KindDevice, Fields: map[string]any{"state": "started"}})
	}
	return err
}

// slowFromStart gives a device that has just been started the storage that it shall have.
func (w *World) slowFromStart(p *program) error {
	ctx, cancel := context.WithTimeout(w.ctx, stopWithin)
	defer cancel()
	return w.slowDown(ctx, p)
}

// StopDevice stops a device as its service manager does, and waits for it.
func (w *World) StopDevice(id string) error { return w.endDevice(id, syscall.SIGTERM, "stopped") }

// KillDevice takes a device's power away.
func (w *World) KillDevice(id string) error { return w.endDevice(id, syscall.SIGKILL, "killed") }

func (w *World) endDevice(id string, s syscall.Signal, state string) error {
	p, err := w.device(id)
	if err != nil {
		return err
	}
	p.life.Lock()
	defer p.life.Unlock()
	_ = p.signal(syscall.SIGCONT) // a frozen one would never see the signal
	err = p.stop(s, stopWithin)
	w.saw(seen.Observation{Source: seen.Lab, Device: id, Kind: seen.KindDevice, Fields: map[string]any{"state": state}})
	return err
}

// SignalDevice sends a running device a signal, such as SIGSTOP.
func (w *World) SignalDevice(id string, s syscall.Signal) error {
	p, err := w.device(id)
	if err != nil {
		return err
	}
	return p.signal(s)
}

func (w *World) device(id string) (*program, error) {
	if _, ok := w.Topology.Device(id); !ok {
		return nil, fmt.Errorf("there is no device %q", id)
	}
	return w.named(id), nil
}

// StopDevices stops all devices that shall run, cleanly.
func (w *World) StopDevices() error {
	var g errgroup.Group
	errs := make([]error, len(w.Topology.Devices))
	for i, d := range w.Topology.Devices {
		g.Go(func() error {
			if p := w.named(d.ID); p != nil && p.wants() {
				errs[i] = w.StopDevice(d.ID)
			}
			return nil
		})
	}
	_ = g.Wait()
	return errors.Join(errs...)
}

// DataDir is where a device keeps its store.
func (w *World) DataDir(id string) string { return w.path(id, "store") }

// LogPath is where what a device says is kept.
func (w *World) LogPath(id string) string { return filepath.Join(w.dir, id+".log") }

// PublicKey is what the fleet list says of a device.
func (w *World) PublicKey(id string) ed25519.PublicKey { return w.public[id] }

// AwaitGreen waits until every device says that every service is up, with enough witnesses where there are two.
func (w *World) AwaitGreen(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(w.ctx, cancel)()
	if !w.Log.Wait(ctx, func(all []seen.Observation) bool { return w.green(all) }) {
		return fmt.Errorf("not every device says that every service is up: %w", errors.Join(ctx.Err(), w.Cause()))
	}
	return nil
}

// green reports whether the newest decisions are all up.
func (w *World) green(all []seen.Observation) bool {
	up := map[[2]string]bool{}
	for _, o := range all {
		if o.Source == seen.Feed && o.Kind == "decision" {
			up[[2]string{o.Device, o.Subject}] = o.Text("status") == "up" && (len(w.Topology.Devices) < 2 || o.Text("witnesses") == "enough")
		}
	}
	for _, is := range up {
		if !is {
			return false
		}
	}
	want := 0
	for _, n := range w.services {
		want += n
	}
	return len(up) == want
}
