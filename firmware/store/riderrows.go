package store

import (
	"database/sql"
	"fmt"

	"edgeprobe.io/firmware"
)

// maxBoots is how many boots' clocks are kept.
const maxBoots = 1000

// write stores r's cursors and clocks.
func (r *riders) write(tx *sql.Tx) error {
	for k, c := range r.cursors {
		if _, err := tx.Exec("INSERT OR REPLACE INTO cursors VALUES(?,?,?,?,?)", k.broker, k.class, c.Done, c.From, c.To); err != nil {
			return fmt.Errorf("write cursor: %w", err)
		}
	}
	for boot, c := range r.clocks {
		err := replaceClock(tx, boot, c)
		if err != nil {
			return fmt.Errorf("write clock: %w", err)
		}
	}
	return nil
}

func replaceClock(tx *sql.Tx, boot firmware.BootID, c firmware.ClockState) error {
	done, err := tx.Exec("UPDATE boots SET offset=?, quality=? WHERE boot=?", c.Offset, c.Quality, boot[:])
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	if _, err := tx.Exec("INSERT INTO boots(boot, offset, quality) VALUES(?,?,?)", boot[:], c.Offset, c.Quality); err != nil {
		return err
	}
	_, err = tx.Exec("DELETE FROM boots WHERE id <= (SELECT max(id) FROM boots) - ?", maxBoots)
	return err
}

// load reads all cursors and clocks; what is already known in memory stays.
func (r *riders) load(db *sql.DB) error {
	err := scan(db, func(rows *sql.Rows) error {
		var k cursorKey
		var c Cursor
		err := rows.Scan(&k.broker, &k.class, &c.Done, &c.From, &c.To)
		if !r.moved[k] {
			r.cursors[k] = c
		}
		return err
	}, "SELECT broker, class, done, live_from, live_to FROM cursors")
	if err != nil {
		return fmt.Errorf("read cursors: %w", err)
	}
	err = scan(db, func(rows *sql.Rows) error {
		var raw []byte
		var c firmware.ClockState
		err := rows.Scan(&raw, &c.Offset, &c.Quality)
		boot := firmware.BootID{}
		copy(boot[:], raw)
		if !r.set[boot] {
			r.clocks[boot] = c
		}
		return err
	}, "SELECT boot, offset, quality FROM boots")
	if err != nil {
		return fmt.Errorf("read clocks: %w", err)
	}
	return nil
}
