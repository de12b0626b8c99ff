package store

import (
	"time"

	"edgeprobe.io/firmware/sqlite"
)

// The file.
const (
	FileName    = "journal.db"
	application = 0x45505231 // "EPR1"
	checkTime   = 5 * time.Second
	leastBytes  = 256 << 10 // a smaller bound would not hold one commit
)

// version1 has one row of the journal per commit, and no index beside the keys: each would be written again with
// every commit. offset, floor and the like are in nanoseconds and plain numbers.
const version1 = `
CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE boots(id INTEGER PRIMARY KEY, boot BLOB NOT NULL, offset INTEGER NOT NULL, quality TEXT NOT NULL);
CREATE TABLE journal(first INTEGER PRIMARY KEY, last INTEGER NOT NULL, results BLOB, folded BLOB, events BLOB);
CREATE TABLE transitions(seq INTEGER PRIMARY KEY, event INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE checkpoints(seq INTEGER PRIMARY KEY, state BLOB NOT NULL);
CREATE TABLE cursors(broker TEXT, class TEXT, done INTEGER NOT NULL, live_from INTEGER NOT NULL, live_to INTEGER NOT NULL,
	PRIMARY KEY(broker, class)) WITHOUT ROWID`

func schema(set Settings) sqlite.Schema {
	return sqlite.Schema{
		Application: application,
		Steps:       []string{version1},
		Tables:      []string{"meta", "boots", "journal", "transitions", "checkpoints", "cursors"},
		MaxBytes:    max(set.MaxBytes, leastBytes),
		CheckTime:   checkTime,
	}
}
