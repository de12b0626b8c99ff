package store

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// errInUse: two writers would give the same numbers to different events.
var errInUse = errors.New("is in use by another edgeprobed: stop that one, or give this one a store.dir of its own")

// hold takes dir for this store alone until the file it returns is closed, or the process ends in whatever way. It
// locks the directory itself, so that nothing is left lying about.
func hold(dir string) (*os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	if err = unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
		return d, nil
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = errInUse
	}
	return nil, errors.Join(fmt.Errorf("%s %w", dir, err), d.Close())
}
