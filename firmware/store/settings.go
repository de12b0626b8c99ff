package store

import "time"

// Settings say where and how much is kept.
type Settings struct {
	Dir      string        // directory of the database; made with mode 0700 when absent
	MaxBytes int64         // database file size at most; the oldest results go first, transitions last
	Commit   time.Duration // results wait at most this long for their commit; transitions never wait
}

// Defaults returns 256 MB and a commit each 30 s, which keeps an SD card under 50 MB of writes a day.
func Defaults() Settings {
	return Settings{Dir: "/var/lib/edgeprobe", MaxBytes: 256 << 20, Commit: 30 * time.Second}
}
