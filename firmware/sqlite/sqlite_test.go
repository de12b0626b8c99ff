package sqlite

import (
	"database/sql"
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var schema = Schema{Application: 0x65647072, Tables: []string{"t"}, MaxBytes: 1 << 20, CheckTime: time.Minute,
	Steps: []string{"CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)", "ALTER TABLE t ADD COLUMN c TEXT"}}

func mustOpen(t *testing.T, path string, s Schema, want Found) (*DB, Report) {
	t.Helper()
	db, r, err := Open(path, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if r.Found != want {
		t.Fatalf("found %+v, want %s", r, want)
	}
	return db, r
}

func fill(t *testing.T, db *DB, rows int) {
	t.Helper()
	err := db.Write(func(tx *sql.Tx) error {
		for range rows {
			if _, err := tx.Exec("INSERT INTO t(b) VALUES(randomblob(1000))"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *DB) (n int) {
	t.Helper()
	if err := db.Read().QueryRow("SELECT count(*) FROM t").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryConnectionHasEverySetting(t *testing.T) {
	db, _ := mustOpen(t, filepath.Join(t.TempDir(), "a #?%.db"), schema, Fresh)
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "wal_autocheckpoint": "4096",
		"journal_size_limit": "4194304", "mmap_size": "0", "max_page_count": "1024", "page_size": "1024", "busy_timeout": "5000"}
	for pragma, v := range want {
		var got string
		if err := db.writer.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != v {
			t.Errorf("writer: %s is %q, want %q (%v)", pragma, got, v, err)
		}
	}
	if _, err := db.Read().Exec("DELETE FROM t"); err == nil {
		t.Error("a reader may write")
	}
}

func TestReopenKeepsAndMigrates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	old := schema
	old.Steps = old.Steps[:1]
	db, _ := mustOpen(t, path, old, Fresh)
	fill(t, db, 7)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, r := mustOpen(t, path, schema, Opened)
	if n := count(t, db); n != 7 || r.Migrated != 1 || r.Unchecked {
		t.Fatalf("%d rows, %+v", n, r)
	}
}

func TestFailedStepLeavesTheVersionBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	bad := schema
	bad.Steps = []string{schema.Steps[0], "CREATE TABLE u(a); CREATE TABLE u(a)"}
	if _, _, err := Open(path, bad); err == nil {
		t.Fatal("no error")
	}
	mustOpen(t, path, schema, Opened)
}

func TestUnusableFilesAreMovedAside(t *testing.T) {
	for name, c := range map[string]struct {
		harm func(path string) error
		why  string
	}{
		"garbage":   {func(p string) error { return os.WriteFile(p, []byte(strings.Repeat("garbage!", 999)), 0o600) }, "damaged"},
		"torn page": {func(p string) error { return overwrite(p, pageBytes, 2*pageBytes) }, "damaged"},
		"cut":       {func(p string) error { return os.Truncate(p, 5*pageBytes+100) }, "damaged"},
		"foreign":   {func(p string) error { return execute(p, "PRAGMA application_id=7") }, "another program"},
		"newer":     {func(p string) error { return execute(p, "PRAGMA user_version=3") }, "newer"},
		"table":     {func(p string) error { return execute(p, "DROP TABLE t") }, "table t"},
		"directory": {func(p string) error { return os.Remove(p) }, "regular"},
		"only log":  {func(p string) error { return os.Rename(p, p+"-wal") }, "log"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			db, _ := mustOpen(t, path, schema, Fresh)
			fill(t, db, 30)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := c.harm(path); err != nil {
				t.Fatal(err)
			}
			if name == "directory" {
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			db, r := mustOpen(t, path, schema, Quarantined)
			if !strings.Contains(r.Why, c.why) || count(t, db) != 0 {
				t.Errorf("%+v, want why %q, and an empty file", r, c.why)
			}
			if moved, _ := filepath.Glob(filepath.Join(r.Moved, "x.db*")); len(moved) == 0 {
				t.Error("nothing was kept")
			}
		})
	}
}

func TestEmptyFileIsFresh(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, path, schema, Fresh)
}

func TestQuarantineKeepsTwoWithinItsBound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	var dirs []string
	for i := range 5 {
		if err := os.WriteFile(path, make([]byte, 1000), 0o600); err != nil {
			t.Fatal(err)
		}
		bound := int64(0)
		if i == 4 {
			bound = 1500
		}
		dir, err := Quarantine(path, bound)
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), "*"))
		want := dirs[max(0, len(dirs)-2):]
		if i == 4 {
			want = dirs[4:]
		}
		if !slices.Equal(left, want) {
			t.Fatalf("round %d: %v stay, want %v", i, left, want)
		}
	}
}

func TestBoundIsFullAndRolledBack(t *testing.T) {
	db, _ := mustOpen(t, filepath.Join(t.TempDir(), "x.db"), schema, Fresh)
	fill(t, db, 100)
	err := db.Write(func(tx *sql.Tx) error {
		for range 2000 {
			if _, err := tx.Exec("INSERT INTO t(b) VALUES(randomblob(1000))"); err != nil {
				return err
			}
		}
		return nil
	})
	if !Full(err) || count(t, db) != 100 {
		t.Fatalf("%v, %d rows", err, count(t, db))
	}
}

func TestNoTimeIsUnchecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, _ := mustOpen(t, path, schema, Fresh)
	fill(t, db, 10)
	hasty := schema
	hasty.CheckTime = 1
	if _, r := mustOpen(t, path, hasty, Opened); !r.Unchecked {
		t.Fatalf("%+v", r)
	}
}

func TestMissingDirectoryIsAnError(t *testing.T) {
	if _, _, err := Open(filepath.Join(t.TempDir(), "no", "x.db"), schema); err == nil {
		t.Fatal("no error")
	}
}

// The binary must hold its own SQLite, free of the WAL-reset bug that 3.51.3 mended, and call fdatasync: SQLite
// refers to that function only when built with HAVE_FDATASYNC, and Go itself never takes it from libc.
func TestBuild(t *testing.T) {
	if text, number := Version(); number < 3_051_003 {
		t.Errorf("SQLite %s is older than 3.51.3", text)
	}
	exe, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	libraries, err := exe.ImportedLibraries()
	if err != nil || slices.ContainsFunc(libraries, func(l string) bool { return strings.Contains(l, "sqlite") }) {
		t.Errorf("SQLite comes from the system: %v, %v", libraries, err)
	}
	symbols, err := exe.ImportedSymbols()
	if err != nil || !slices.ContainsFunc(symbols, func(s elf.ImportedSymbol) bool { return s.Name == "fdatasync" }) {
		t.Errorf("built without HAVE_FDATASYNC: use make (%v)", err)
	}
}

func overwrite(path string, at, n int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteAt(make([]byte, n), at)
	return err
}

func execute(path, statement string) error {
	db := writerPool(path, 0)
	defer db.Close()
	_, err := db.Exec(statement)
	return err
}
