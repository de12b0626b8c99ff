package stamina

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strings"
	"time"

	"edgeprobe.io/firmware/store"
)

// Sample is what the device uses at an instant.
type Sample struct {
	At         time.Duration `json:"at"` // since it was started
	Results    uint64        `json:"results"`
	Resident   int64         `json:"resident"` // bytes, as all that follow but the counts
	Heap       int64         `json:"heap"`     // what the newest collection found in use
	Goroutines int           `json:"goroutines"`
	Handles    int           `json:"handles"` // open files and sockets
	Store      int64         `json:"store"`   // the journal's file
	WAL        int64         `json:"wal"`     // its write-ahead log
	Written    int64         `json:"written"` // given to the card so far, by the kernel's count
	Kept       *Kept         `json:"kept,omitempty"`
}

// Kept is what the journal holds once the device has ended.
type Kept struct {
	Results uint64 `json:"results"` // runs that took place, to their end
	Good    uint64 `json:"good"`    // of those
	Aborted uint64 `json:"aborted"` // runs that the device's own end cut off
	Missed  uint64 `json:"missed"`  // runs that could not start: the run before had not ended
	Lost    uint64 `json:"lost"`    // events that the journal has no room for, or no card
	Peak    int64  `json:"peak"`    // highest resident memory, bytes
}

// take reads what this process uses.
func take(dir string) (s Sample, err error) {
	if s.Resident, err = status("VmRSS:"); err != nil {
		return s, err
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	s.Heap, s.Goroutines = int64(live[0].Value.Uint64()), runtime.NumGoroutine()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return s, fmt.Errorf("count open files: %w", err)
	}
	s.Handles = len(open) - 1 // without the one that reads
	s.Store, s.WAL = size(dir, store.FileName), size(dir, store.FileName+"-wal")
	s.Written, err = field("/proc/self/io", "write_bytes:")
	return s, err
}

// size returns a file's size, 0 where there is none.
func size(dir, name string) int64 {
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return 0
	}
	return info.Size()
}

// status reads a line of /proc/self/status that counts kB (proc(5)), in bytes.
func status(key string) (int64, error) {
	n, err := field("/proc/self/status", key)
	return n * 1024, err
}

// field reads the number behind a key at the beginning of a line.
func field(file, key string) (n int64, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ours := strings.CutPrefix(line, key); ours {
			_, err := fmt.Sscan(value, &n)
			return n, err
		}
	}
	return 0, fmt.Errorf("%s has no line %s", file, key)
}
