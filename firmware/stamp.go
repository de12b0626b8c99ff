package firmware

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// BootID names one boot of the machine: the kernel's random boot_id. The zero value means unknown.
type BootID [16]byte

// String returns 32 lower-case hexadecimal digits.
func (b BootID) String() string { return hex.EncodeToString(b[:]) }

// ParseBootID reads 32 hexadecimal digits, with or without the dashes of a UUID.
func ParseBootID(s string) (BootID, error) {
	var b BootID
	raw, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(raw) != len(b) {
		return b, fmt.Errorf("boot id %q is not 32 hexadecimal digits", s)
	}
	copy(b[:], raw)
	return b, nil
}

// Stamp is an instant that no clock step can move: a boot, and the time since it (CLOCK_BOOTTIME),
// in whole microseconds. Stamps of different boots have no distance.
type Stamp struct {
	Boot BootID
	Up   time.Duration
}

// Forever is the distance reported between stamps that have none.
const Forever = time.Duration(math.MaxInt64)

// Zero reports whether s was never set.
func (s Stamp) Zero() bool { return s == Stamp{} }

// Add returns the stamp d later in the same boot, in whole microseconds.
func (s Stamp) Add(d time.Duration) Stamp {
	return Stamp{s.Boot, (s.Up + d).Truncate(time.Microsecond)}
}

// Since returns the time from earlier to s, negative when earlier is the later one, and [Forever] when
// they belong to different boots or earlier was never set.
func (s Stamp) Since(earlier Stamp) time.Duration {
	if s.Boot != earlier.Boot || earlier.Zero() {
		return Forever
	}
	return s.Up - earlier.Up
}

// After reports whether s is a later instant of the same boot as o, or o was never set and s was, or o is of
// another boot: what happened in an earlier boot is always before this one.
func (s Stamp) After(o Stamp) bool {
	if s.Zero() {
		return false
	}
	return s.Boot != o.Boot || s.Up > o.Up
}

// MarshalText writes "boot/microseconds", and nothing for the zero stamp.
func (s Stamp) MarshalText() ([]byte, error) {
	if s.Zero() {
		return nil, nil
	}
	return fmt.Appendf(nil, "%s/%d", s.Boot, s.Up.Microseconds()), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Stamp) UnmarshalText(text []byte) error {
	*s = Stamp{}
	if len(text) == 0 {
		return nil
	}
	boot, up, ok := strings.Cut(string(text), "/")
	us, err := strconv.ParseInt(up, 10, 64)
	if !ok || err != nil || us < 0 || us > math.MaxInt64/1000 {
		return fmt.Errorf("stamp %q is not boot/microseconds", text)
	}
	id, err := ParseBootID(boot)
	if err != nil {
		return err
	}
	*s = Stamp{id, time.Duration(us) * time.Microsecond}
	return nil
}

// ClockQuality says how far wall times derived from stamps can be trusted.
type ClockQuality string

// The qualities of a clock, from worst to best.
const (
	ClockUnknown   ClockQuality = "unknown"   // never set in this boot: wall times are a floor, no more
	ClockEstimated ClockQuality = "estimated" // carried over from an earlier boot
	ClockCorrected ClockQuality = "corrected" // derived backwards from a later synchronisation of the same boot
	ClockSynced    ClockQuality = "synced"    // the kernel says synchronised
)

// Rank orders qualities from 0, the worst; a word that is none of them is worst too.
func (q ClockQuality) Rank() int {
	switch q {
	case ClockSynced:
		return 3
	case ClockCorrected:
		return 2
	case ClockEstimated:
		return 1
	}
	return 0
}

// ClockState is what is known of the wall clock: wall time = Offset + time since boot.
type ClockState struct {
	Offset  time.Duration `json:"offset"`  // Unix time of the boot instant
	Quality ClockQuality  `json:"quality"` // how far to trust it
}
