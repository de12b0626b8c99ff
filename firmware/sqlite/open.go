package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// DB is an open file. It is safe for concurrent use.
type DB struct {
	path   string
	file   os.FileInfo // as opened
	writer *sql.DB
	reader *sql.DB
}

// Open opens the file at path, or makes it. It moves aside what it cannot use, keeping the newest two such files
// within twice s.MaxBytes. It fails only when no usable file can be had at all: the directory is missing or
// read-only, the card is full or refuses to write.
func Open(path string, s Schema) (*DB, Report, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, Report{}, fmt.Errorf("open database: %w", err)
	}
	report, err := verify(path, s)
	if err != nil {
		return nil, report, fmt.Errorf("open database %s: %w", path, err)
	}
	if report.Found == Quarantined {
		if report.Moved, err = Quarantine(path, 2*s.MaxBytes); err != nil {
			return nil, report, err
		}
	}
	if report.Found != Opened {
		if err := create(path, s.Application); err != nil {
			return nil, report, fmt.Errorf("make database %s: %w", path, err)
		}
	}
	db := &DB{path: path, writer: writerPool(path, s.MaxBytes), reader: readerPool(path)}
	report.Migrated, err = db.migrate(s)
	if err == nil {
		db.file, err = os.Stat(path)
	}
	if err != nil {
		return nil, report, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	return db, report, nil
}

// create makes an empty file with our page size, which cannot be changed later.
func create(path string, application int32) error {
	db := pool(path, 1, url.Values{}, fmt.Sprintf("PRAGMA page_size=%d", pageBytes))
	_, err := db.Exec(fmt.Sprintf("PRAGMA application_id=%d", application))
	return errors.Join(err, db.Close())
}

// migrate runs the steps that the file has not seen.
func (db *DB) migrate(s Schema) (ran int, err error) {
	var version int
	if err := db.writer.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read version: %w", err)
	}
	for n := version; n < len(s.Steps); n++ {
		err := db.Write(func(tx *sql.Tx) error {
			_, err := tx.Exec(fmt.Sprintf("%s; PRAGMA user_version=%d", s.Steps[n], n+1))
			return err
		})
		if err != nil {
			return n - version, fmt.Errorf("migrate to version %d: %w", n+1, err)
		}
	}
	return max(len(s.Steps)-version, 0), syncDir(filepath.Dir(db.path))
}

// Write runs f in one immediate transaction: all of it is on the card when Write returns nil, nothing of it when
// it returns an error.
func (db *DB) Write(f func(*sql.Tx) error) error {
	tx, err := db.writer.Begin()
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := f(tx); err != nil {
		_ = tx.Rollback() // it is rolled back already where this fails
		return err
	}
	if err := tx.Commit(); err != nil { // the driver has rolled back
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Gone reports whether another file, or none, stands at the path by now. SQLite does not notice: what it writes ends
// with the last connection.
func (db *DB) Gone() bool {
	now, err := os.Stat(db.path)
	return errors.Is(err, os.ErrNotExist) || err == nil && !os.SameFile(db.file, now)
}

// Read returns the connections for reading. Rows left open keep the log from shrinking: close them soon.
func (db *DB) Read() *sql.DB { return db.reader }

// Checkpoint moves the log into the file and cuts it to nothing. A reader in its way makes it an error.
func (db *DB) Checkpoint() error {
	var busy, log, moved int
	err := db.writer.QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &log, &moved)
	if err == nil && busy != 0 {
		err = errors.New("a reader is in the way")
	}
	if err != nil {
		return fmt.Errorf("checkpoint database: %w", err)
	}
	return nil
}

// Bytes returns the size of the file and its log on the card.
func (db *DB) Bytes() int64 { return size(db.path) + size(db.path+"-wal") }

// Close closes all connections.
func (db *DB) Close() error { return errors.Join(db.reader.Close(), db.writer.Close()) }

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
