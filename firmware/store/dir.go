package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Usable returns why this process could not keep a journal in dir: it can neither be written nor made. Nothing is
// changed by asking.
func Usable(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at):
			continue // what is above it decides
		case err == nil && !info.IsDir():
			err = unix.ENOTDIR
		case err == nil:
			err = writable(at)
		}
		return advise(dir, err)
	}
}

// makeDir makes dir, for its owner alone, and finds out whether it can be written.
func makeDir(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = writable(dir)
	}
	return advise(dir, err)
}

// writable asks the kernel whether files can be made in dir by this process's effective user.
func writable(dir string) error {
	return unix.Faccessat(unix.AT_FDCWD, dir, unix.R_OK|unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// advise says of a directory's error what to do about it; nil stays nil.
func advise(dir string, err error) error {
	var cause unix.Errno
	switch {
	case err == nil:
		return nil
	case errors.As(err, &cause): // what stands around it names the directory again
		err = cause
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("write into store.dir %s: %w: give it to this user with \"sudo mkdir -p %[1]s && sudo chown -R %[3]d %[1]s\", "+
			"or set store.dir in the config to a folder that this user may write", dir, err, os.Geteuid())
	case impossible(err):
		return fmt.Errorf("write into store.dir %s: %w: set store.dir in the config to what can be a folder", dir, err)
	}
	return fmt.Errorf("write into store.dir %s: %w: set store.dir in the config to a folder on a disk that can be written", dir, err)
}

// impossible reports whether waiting cannot help: no directory can ever have this name.
func impossible(err error) bool {
	return errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENAMETOOLONG)
}
