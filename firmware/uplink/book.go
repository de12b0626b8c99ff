package uplink

import (
	"time"

	"edgeprobe.io/firmware"
)

// Book is what an uplink has carried in a month, everything on its interface, and how far the kernel's counters
// have been taken over into it.
type Book struct {
	Month string `json:"month,omitempty"` // in UTC, like 2026-11; "" while no trusted clock has told it
	Rx    uint64 `json:"rx"`              // bytes received
	Tx    uint64 `json:"tx"`              // bytes sent
	// Lost is the bytes that may have gone uncounted when the interface was replaced: all that was granted then.
	Lost uint64 `json:"lost,omitempty"`

	Boot  firmware.BootID `json:"boot"` // in which the counters below were read
	Index uint32          `json:"index,omitempty"`
	AtRx  uint64          `json:"at_rx,omitempty"`
	AtTx  uint64          `json:"at_tx,omitempty"`
}

// Spent returns the month's bytes in both directions.
func (b Book) Spent() int64 { return int64(b.Rx + b.Tx + b.Lost) }

// count takes over counters read in a boot. Those of another interface, another boot, or lower than before began at
// zero since; the first ever read only say where counting begins.
func (b Book) count(boot firmware.BootID, c Counters) (next Book, anew bool) {
	fromRx, fromTx := b.AtRx, b.AtTx
	anew = b.Boot != boot || b.Index != c.Index || c.Rx < b.AtRx || c.Tx < b.AtTx
	switch {
	case b.Boot == firmware.BootID{}:
		fromRx, fromTx, anew = c.Rx, c.Tx, false
	case anew:
		fromRx, fromTx = 0, 0
	}
	b.Rx += c.Rx - fromRx
	b.Tx += c.Tx - fromTx
	b.Boot, b.Index, b.AtRx, b.AtTx = boot, c.Index, c.Rx, c.Tx
	return b, anew
}

// turn begins a new month when one has begun. The zero time, of a clock not to be trusted, changes nothing, and a
// clock that goes back takes what is spent along: bytes are never given twice.
func (b Book) turn(now time.Time) Book {
	if now.IsZero() {
		return b
	}
	month := now.UTC().Format("2006-01")
	if b.Month != "" && month > b.Month {
		b.Rx, b.Tx, b.Lost = 0, 0, 0
	}
	b.Month = month
	return b
}
