package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/mattn/go-sqlite3"
)

// unusable is why a file must be moved aside.
type unusable string

// Error returns the reason.
func (u unusable) Error() string { return string(u) }

// verify says what stands at path. The error is one that moving it aside would not mend.
func verify(path string, s Schema) (r Report, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if size(path+"-wal") > 0 {
			return Report{Found: Quarantined, Why: "its log is there without it"}, nil
		}
		return Report{Found: Fresh}, nil
	case err != nil:
		return r, err
	case !info.Mode().IsRegular():
		return Report{Found: Quarantined, Why: "it is not a regular file"}, nil
	}
	db := pool(path, 1, url.Values{})
	r, err = inspect(db, s)
	if closeErr := db.Close(); err == nil {
		err = closeErr
	}
	if why, bad := damage(err); bad {
		return Report{Found: Quarantined, Why: why}, nil
	}
	return r, err
}

// inspect looks at whose file it is before it looks for damage.
func inspect(db *sql.DB, s Schema) (r Report, err error) {
	var application int32
	var version, tables int
	for query, into := range map[string]any{
		"PRAGMA application_id": &application,
		"PRAGMA user_version":   &version,
		"SELECT count(*) FROM sqlite_schema WHERE type='table'": &tables,
	} {
		if err := db.QueryRow(query).Scan(into); err != nil {
			return r, err
		}
	}
	switch {
	case application == 0 && version == 0 && tables == 0:
		return Report{Found: Fresh}, nil // nothing was ever written
	case application != s.Application:
		return r, unusable(fmt.Sprintf("it belongs to another program (application id %d)", application))
	case version > len(s.Steps):
		return r, unusable(fmt.Sprintf("its version %d is newer than this program's %d", version, len(s.Steps)))
	}
	if version == len(s.Steps) {
		if err := hasTables(db, s.Tables); err != nil {
			return r, err
		}
	}
	unchecked, err := quickCheck(db, s.CheckTime)
	return Report{Found: Opened, Unchecked: unchecked}, err
}

func hasTables(db *sql.DB, names []string) error {
	for _, name := range names {
		var n int
		if err := db.QueryRow("SELECT count(*) FROM sqlite_schema WHERE type='table' AND name=?", name).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return unusable(fmt.Sprintf("its table %s is missing", name))
		}
	}
	return nil
}

// quickCheck looks for damage and reports whether the time did not suffice.
func quickCheck(db *sql.DB, budget time.Duration) (unchecked bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), budget)
	defer cancel()
	var verdict string
	err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict)
	switch {
	case ctx.Err() != nil:
		return true, nil
	case err == nil && verdict != "ok":
		return false, unusable("it is damaged: " + verdict)
	}
	return false, err
}

// damage reports whether err says that the file itself is bad, and how.
func damage(err error) (why string, bad bool) {
	if u := unusable(""); errors.As(err, &u) {
		return string(u), true
	}
	if e := (sqlite3.Error{}); errors.As(err, &e) {
		switch e.Code {
		case sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrIoErr:
			return "it is damaged: " + e.Error(), true
		}
	}
	return "", false
}

// Full reports whether err says that the file has reached its bound or the card is full.
func Full(err error) bool {
	e := sqlite3.Error{}
	return errors.As(err, &e) && e.Code == sqlite3.ErrFull
}

// Version returns the version of the SQLite inside, as text and as the number of SQLITE_VERSION_NUMBER.
func Version() (string, int) {
	text, number, _ := sqlite3.Version()
	return text, number
}
