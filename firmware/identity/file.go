package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// keyFileLimit is far above a key's one line.
const keyFileLimit = 4096

// LoadKey reads a device key from a regular file that only its owner can read.
func LoadKey(path string) (ed25519.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("load device key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("load device key: %s is not a regular file", path)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return nil, fmt.Errorf("load device key: %w", &PermissionError{Path: path, Perm: perm})
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load device key: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, keyFileLimit))
	if err != nil {
		return nil, fmt.Errorf("load device key: %w", err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("load device key from %s: %w", path, err)
	}
	return key, nil
}

// PermissionError says that others than its owner can reach a key file.
type PermissionError struct {
	Path string
	Perm fs.FileMode
}

// Error says how to mend it.
func (e *PermissionError) Error() string {
	return fmt.Sprintf("%s is open to others (mode %04o); run chmod 600 %s", e.Path, e.Perm, e.Path)
}

// SaveKey writes a device key to a new file of mode 0600; an existing one is an error that wraps fs.ErrExist.
func SaveKey(path string, key ed25519.PrivateKey) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("save device key to %s: %w; remove it first if no device uses it", path, fs.ErrExist)
	}
	if err := WriteFile(path, []byte(FormatKey(key)+"\n"), 0o600); err != nil {
		return fmt.Errorf("save device key: %w", err)
	}
	return nil
}

// WriteFile replaces path by data so that a power cut leaves the old file or the new one, whole: a temporary
// file beside it is written, synced and renamed, then the directory is synced.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".edgeprobe-*") // mode 0600
	if err != nil {
		return err
	}
	if err := fill(tmp, data, perm); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return syncDir(dir)
}

// fill writes, syncs and closes f.
func fill(f *os.File, data []byte, perm fs.FileMode) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(perm)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
