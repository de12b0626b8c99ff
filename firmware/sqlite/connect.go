package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"strings"

	"github.com/mattn/go-sqlite3"
)

const (
	// Small pages: a commit writes whole pages to the log and to the card once more later. At a commit of a few
	// kilobytes each 30 s, pages of 1 KiB write about half of what pages of 4 KiB do.
	pageBytes     = 1024
	logBytes      = 4 << 20              // the log is cut back to this after a checkpoint
	logPages      = logBytes / pageBytes // checkpoint when the log has so many
	busyMillis    = "5000"
	cacheKilobyte = "-1024" // page cache of each connection; negative: in KiB
	readers       = 2
)

// connector opens connections with every setting in place, without registering a driver.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

// Connect opens one connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver returns the driver.
func (c connector) Driver() driver.Driver { return c.driver }

// pool returns connections to the file at path, at most n; settings go in the DSN where it has a name for them,
// the pragmas follow on each new connection.
func pool(path string, n int, settings url.Values, pragmas ...string) *sql.DB {
	settings.Set("mode", "rwc")
	settings.Set("_busy_timeout", busyMillis)
	settings.Set("_cache_size", cacheKilobyte)
	settings.Set("_stmt_cache_size", "32")
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: settings.Encode()}
	all := strings.Join(append(pragmas, "PRAGMA mmap_size=0"), ";")
	hook := func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(all, nil)
		return err
	}
	db := sql.OpenDB(connector{dsn.String(), &sqlite3.SQLiteDriver{ConnectHook: hook}})
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db
}

func writerPool(path string, maxBytes int64) *sql.DB {
	pragmas := []string{
		fmt.Sprintf("PRAGMA wal_autocheckpoint=%d", logPages),
		fmt.Sprintf("PRAGMA journal_size_limit=%d", logBytes),
	}
	if maxBytes > 0 {
		pragmas = append(pragmas, fmt.Sprintf("PRAGMA max_page_count=%d", max(maxBytes/pageBytes, 1)))
	}
	return pool(path, 1, url.Values{"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_txlock": {"immediate"}}, pragmas...)
}

func readerPool(path string) *sql.DB { return pool(path, readers, url.Values{"_query_only": {"1"}}) }
