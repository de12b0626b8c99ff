package world

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware/store"
	"edgeprobe.io/scripts/lab/wires"
)

// cardSize is the size of a device's storage.
const cardSize = "64m"

// filler takes the room on a full card.
const filler = "filler"

// insertCard gives a device an empty card.
func (w *World) insertCard(id string) error {
	if err := os.MkdirAll(w.DataDir(id), 0o700); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", w.DataDir(id), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=700,size="+cardSize); err != nil {
		return fmt.Errorf("insert the card of %s: %w", id, err)
	}
	return nil
}

// EmptyStorage replaces the card of a device that does not run.
func (w *World) EmptyStorage(id string) error {
	if err := unix.Unmount(w.DataDir(id), 0); err != nil {
		return fmt.Errorf("take the card of %s out: %w", id, err)
	}
	return w.insertCard(id)
}

// FillStorage fills a device's card to the last byte.
func (w *World) FillStorage(id string) (wires.Undo, error) {
	path := filepath.Join(w.DataDir(id), filler)
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	piece := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(piece)
	}
	undo := func(context.Context) error { return os.Remove(path) }
	if !errors.Is(err, unix.ENOSPC) {
		return nil, fmt.Errorf("fill the card of %s: %w (%v)", id, err, os.Remove(path))
	}
	return undo, nil
}

// LockStorage makes a device's card read-only while its power is off, and switches it on again.
func (w *World) LockStorage(id string) (wires.Undo, error) {
	if err := w.remount(id, unix.MS_RDONLY); err != nil {
		return nil, err
	}
	return func(context.Context) error { return w.remount(id, 0) }, nil
}

func (w *World) remount(id string, flags uintptr) error {
	if err := w.KillDevice(id); err != nil {
		return err
	}
	if err := unix.Mount("", w.DataDir(id), "", unix.MS_REMOUNT|flags, "size="+cardSize); err != nil {
		return fmt.Errorf("remount the card of %s: %w", id, err)
	}
	return w.StartDevice(id)
}

// DamageStorage writes nonsense into the middle of the database of a device that does not run.
func (w *World) DamageStorage(id string) error {
	f, err := os.OpenFile(filepath.Join(w.DataDir(id), store.FileName), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	nonsense := make([]byte, min(info.Size()/2, 64<<10))
	_, _ = rand.Read(nonsense) // never fails
	_, err = f.WriteAt(nonsense, info.Size()/4)
	return err
}
