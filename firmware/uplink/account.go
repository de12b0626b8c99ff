package uplink

import (
	"time"

	"edgeprobe.io/firmware"
)

// Account keeps the uplink's bytes in dir from now on, and holds them against its allowance. It must be called
// before the uplink is used, and does nothing without an interface: then nobody counts. After an error, that the
// book kept so far cannot be read, a new one begins.
func (u *Uplink) Account(dir string, boot firmware.BootID) error {
	if u.facts.Interface == "" {
		return nil
	}
	book, err := ReadBook(dir, u.facts.Name)
	u.ledger = &ledger{
		name: u.facts.Interface, file: bookFile(dir, u.facts.Name), boot: boot, read: ReadCounters,
		monthly: u.facts.Allowance, calm: CalmShare(u.facts.Allowance, u.facts.Reserve), book: book, saved: book,
	}
	return err
}

// CalmShare returns what of a month's allowance may be spent without an incident.
func CalmShare(allowance int64, reserve float64) int64 {
	return int64(float64(allowance) * (1 - min(max(reserve, 0), 1)))
}

// Ask grants bytes of the month's allowance for a run that starts now, or refuses them: to a calm run already when
// only the reserve for incidents is left, and to every run while the interface is away. It grants everything where
// no allowance is set or nobody counts.
func (u *Uplink) Ask(bytes int64, incident bool) bool {
	return u.ledger == nil || u.ledger.ask(bytes, incident)
}

// Count takes the kernel's counters into the book, which it writes from time to time. It is to be called every
// second or so. The wall time tells the month; it is zero while it cannot be trusted. now is any time that only
// ever grows.
func (u *Uplink) Count(wall, now time.Time) error {
	if u.ledger == nil {
		return nil
	}
	return u.ledger.poll(wall, now)
}

// Keep writes the book if it has changed: the last thing before the end.
func (u *Uplink) Keep(now time.Time) error {
	if u.ledger == nil {
		return nil
	}
	u.ledger.mu.Lock()
	defer u.ledger.mu.Unlock()
	if u.ledger.book == u.ledger.saved {
		return nil
	}
	return u.ledger.write(now)
}

// Spent returns the month's book; the zero Book when nobody counts.
func (u *Uplink) Spent() Book {
	if u.ledger == nil {
		return Book{}
	}
	return u.ledger.spent()
}
