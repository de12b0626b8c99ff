package world

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"edgeprobe.io/scripts/lab/wires"
)

// LimitMemory gives a device no more than so many bytes of memory, as setrlimit(2) counts them: what is reserved, of
// which a Go program uses a part. It ends what runs, so that the service manager starts it within the limit. Control
// groups would count what is used, but a room without privilege has none.
func (w *World) LimitMemory(id string, bytes uint64) (wires.Undo, error) {
	if _, err := w.device(id); err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.memory[id] = bytes
	w.mu.Unlock()
	undo := func(context.Context) error {
		w.mu.Lock()
		delete(w.memory, id)
		w.mu.Unlock()
		if pid := w.named(id).pid(); pid != 0 {
			return ignoreGone(limitData(pid, unix.RLIM_INFINITY))
		}
		return nil
	}
	if !w.named(id).running() {
		return undo, nil
	}
	return undo, w.SignalDevice(id, syscall.SIGKILL)
}

func limitData(pid int, bytes uint64) error {
	if err := unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}, nil); err != nil {
		return fmt.Errorf("limit the memory of process %d: %w", pid, err)
	}
	return nil
}

// ignoreGone forgives that a process has just ended.
func ignoreGone(err error) error {
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

// early is what is done to a device's process before its first instruction; nil: nothing.
func (w *World) early(id string) func(pid int) error {
	clock := w.clockOf(id)
	w.mu.Lock()
	bytes, limited := w.memory[id]
	w.mu.Unlock()
	if !limited {
		return clock
	}
	return func(pid int) error {
		if clock != nil {
			if err := clock(pid); err != nil {
				return err
			}
		}
		return limitData(pid, bytes)
	}
}

// Reconfigure lays something over a device's config file and restarts it, as somebody does who edits it.
func (w *World) Reconfigure(id string, over map[string]any) (wires.Undo, error) {
	d, ok := w.Topology.Device(id)
	if !ok {
		return nil, fmt.Errorf("there is no device %q", id)
	}
	was, _, err := w.config(d)
	if err != nil {
		return nil, err
	}
	d.Overlay = overlayMap(d.Overlay, over)
	text, _, err := w.config(d)
	if err != nil {
		return nil, err
	}
	give := func(text []byte) error {
		return errors.Join(w.StopDevice(id), w.write(id, map[string]string{id + ".yaml": string(text)}), w.StartDevice(id))
	}
	return func(context.Context) error { return give(was) }, give(text)
}
