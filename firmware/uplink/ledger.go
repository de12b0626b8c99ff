package uplink

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

// settled is how long a grant may still be spent after it was given. It is longer than any run takes.
const settled = time.Minute

// ledger keeps an uplink's book and grants bytes of its allowance.
//
// Bytes granted count as spent, besides those that the kernel has counted, until they must be among the latter. So
// what is granted never adds up to more than the allowance, whatever else goes over the interface, even when the
// interface is replaced with counters unread.
type ledger struct {
	name    string // of the interface
	file    string
	boot    firmware.BootID
	monthly int64 // 0: no bound
	calm    int64 // of it what may be spent without an incident
	read    func(name string) (Counters, error)

	mu      sync.Mutex
	book    Book     // below mu
	granted [2]int64 // since the last turn, and between the two before
	turned  time.Time
	gone    bool // the interface was not there at the last reading
	saved   Book
	kept    time.Time // when it was saved
}

// ask grants bytes, or refuses them. While the interface is away nothing can be spent, so nothing is granted.
func (l *ledger) ask(bytes int64, incident bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.monthly == 0 {
		return true
	}
	limit := l.calm
	if incident {
		limit = l.monthly
	}
	if l.gone || l.book.Spent()+l.granted[0]+l.granted[1]+bytes > limit {
		return false
	}
	l.granted[0] += bytes
	return true
}

// poll reads the counters. The wall time is zero while it is not to be trusted; mono only ever grows.
func (l *ledger) poll(wall, mono time.Time) error {
	c, err := l.read(l.name)
	l.mu.Lock()
	defer l.mu.Unlock()
	gone := errors.Is(err, unix.ENODEV)
	if err != nil && !gone {
		return err
	}
	l.book = l.book.turn(wall)
	anew := gone && !l.gone
	if l.gone = gone; !gone {
		l.book, anew = l.book.count(l.boot, c)
	}
	if anew {
		l.book.Lost += uint64(l.granted[0] + l.granted[1])
	}
	if l.turned.IsZero() || mono.Sub(l.turned) >= settled {
		l.granted, l.turned = [2]int64{0, l.granted[0]}, mono
	}
	return l.save(mono)
}

func (l *ledger) spent() Book {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.book
}
