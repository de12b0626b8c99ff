package clock

import (
	"fmt"
	"sync"
	"time"

	"edgeprobe.io/firmware"
)

// step is the jump of the wall clock against boot-time that counts as a change: more than slewing ever makes
// between two polls.
const step = 500 * time.Millisecond

// Clock is this machine's clock in this boot. It is safe for concurrent use.
type Clock struct {
	boot   firmware.BootID
	kernel kernel
	floor  time.Duration // least credible Unix time of the boot instant

	mu     sync.Mutex
	state  firmware.ClockState // guarded by mu; the newest reading
	told   firmware.ClockState // guarded by mu; what callers were last told had changed
	synced bool                // guarded by mu; synchronised at some time in this boot
	good   time.Duration       // guarded by mu; the offset when it last was
}

// New reads the boot id and the clocks. The floor is the newest wall time known to have passed: the build's, or
// one persisted. The zero time is no floor.
func New(floor time.Time) (*Clock, error) {
	boot, err := bootID(bootIDFile)
	if err != nil {
		return nil, err
	}
	return newClock(boot, linux(), floor)
}

func newClock(boot firmware.BootID, k kernel, floor time.Time) (*Clock, error) {
	up, err := k.up()
	if err != nil {
		return nil, fmt.Errorf("read time since boot: %w", err)
	}
	c := &Clock{boot: boot, kernel: k}
	if !floor.IsZero() {
		c.floor = (time.Duration(floor.UnixNano()) - up).Truncate(time.Microsecond)
	}
	c.Poll()
	return c, nil
}

// Now returns the present stamp, in whole microseconds.
func (c *Clock) Now() firmware.Stamp {
	up, _ := c.kernel.up() // worked in New; CLOCK_BOOTTIME cannot go away
	return firmware.Stamp{Boot: c.boot, Up: up.Truncate(time.Microsecond)}
}

// State returns what the newest [Clock.Poll] read.
func (c *Clock) State() firmware.ClockState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Poll reads the kernel's clocks. It reports a change when the quality differs or wall time jumped by more than
// 500 ms since the change last reported; smaller moves are followed in silence.
func (c *Clock) Poll() (state firmware.ClockState, changed bool) {
	offset, err := c.offset()
	synced := c.kernel.synced()
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		return c.state, false
	}
	if synced {
		c.synced, c.good = true, offset
	}
	c.state = firmware.ClockState{Offset: max(offset, c.floor), Quality: quality(synced, c.synced, offset, c.floor)}
	jump := (c.state.Offset - c.told.Offset).Abs()
	if c.state.Quality == c.told.Quality && jump <= step {
		return c.state, false
	}
	c.told = c.state
	return c.state, true
}

// quality judges a wall clock. A clock that was synchronised and lost its source is carried on from there, like
// one carried over from an earlier boot; one that shows a time before the floor was never set.
func quality(synced, ever bool, offset, floor time.Duration) firmware.ClockQuality {
	switch {
	case synced:
		return firmware.ClockSynced
	case ever, floor != 0 && offset >= floor:
		return firmware.ClockEstimated
	}
	return firmware.ClockUnknown
}

// offset returns the Unix time of the boot instant by the wall clock. The narrowest of three readings is taken,
// so that being preempted between the two clocks does not look like a step.
func (c *Clock) offset() (best time.Duration, err error) {
	width := firmware.Forever
	for range 3 {
		before, err := c.kernel.up()
		if err != nil {
			return 0, err
		}
		wall := time.Duration(c.kernel.wall().UnixNano())
		after, err := c.kernel.up()
		if err != nil {
			return 0, err
		}
		if after-before < width {
			width, best = after-before, wall-(before+after)/2
		}
	}
	return best.Truncate(time.Microsecond), nil
}

// Wall returns the wall time of a stamp of this boot by the newest reading, and the zero time for a stamp of
// another boot, which this clock cannot know.
func (c *Clock) Wall(s firmware.Stamp) time.Time {
	if s.Boot != c.boot {
		return time.Time{}
	}
	return time.Unix(0, int64(c.State().Offset+s.Up)).UTC()
}

// TLSTime returns the time to judge certificates by. Once the clock has been synchronised in this boot, it is the time
// passed since, whatever becomes of the wall clock; until then it is the wall clock's, but never before [Clock.Floor].
func (c *Clock) TLSTime() time.Time {
	past, exact := c.Floor()
	if now := c.kernel.wall(); !exact && now.After(past) {
		return now
	}
	return past
}

// Floor returns a time that has certainly passed: the floor given to [New] plus the time since, or the zero time
// when none was given. Exact says that it is the time itself, because the clock has been synchronised in this boot.
func (c *Clock) Floor() (past time.Time, exact bool) {
	up, _ := c.kernel.up() // worked in New
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.synced:
		return time.Unix(0, int64(c.good+up)), true
	case c.floor == 0:
		return time.Time{}, false
	}
	return time.Unix(0, int64(c.floor+up)), false
}
