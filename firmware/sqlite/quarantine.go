package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// keep is how many moved files stay.
const keep = 2

// Quarantine moves the file at path with its log into corrupt/N beside it and returns that directory. Of the
// directories in corrupt it keeps the newest two, and no more than keepBytes of them (0: no such bound).
// No connection to the file may be open.
func Quarantine(path string, keepBytes int64) (dir string, err error) {
	home := filepath.Join(filepath.Dir(path), "corrupt")
	old := numbered(home)
	next := 1
	if len(old) > 0 {
		next = old[len(old)-1] + 1
	}
	dir = filepath.Join(home, strconv.Itoa(next))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("move database aside: %w", err)
	}
	// The file goes first: a log without its file is found again, a file without its log would pass for sound.
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		err := os.Rename(path+suffix, filepath.Join(dir, filepath.Base(path)+suffix))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("move database aside: %w", err)
		}
	}
	prune(home, append(old, next), keepBytes)
	return dir, errors.Join(syncDir(dir), syncDir(home), syncDir(filepath.Dir(path)))
}

// prune removes what is too much, oldest first. What cannot be removed stays: it must not keep us from starting.
func prune(home string, numbers []int, keepBytes int64) {
	total := int64(0)
	for i, n := range slices.Backward(numbers) {
		dir := filepath.Join(home, strconv.Itoa(n))
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for _, f := range files {
			total += size(f)
		}
		if i < len(numbers)-keep || keepBytes > 0 && total > keepBytes {
			_ = os.RemoveAll(dir)
		}
	}
}

// numbered returns the numbers that name entries of dir, ascending.
func numbered(dir string) (numbers []int) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
