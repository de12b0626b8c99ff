package schedule

import (
	"sort"
	"time"
)

// Spend is what a check would spend on a metered uplink.
type Spend struct {
	Bytes    int64         // a run's, in both directions
	Interval time.Duration // the check's own; at least 1 s
}

// The longest month, and the longest interval that is still looking now and then.
const (
	month   = 31 * 24 * time.Hour
	longest = 24 * time.Hour
)

// Bearable returns how often a metered uplink bears its checks: the least interval, in whole seconds, at which all of
// them together spend at most budget bytes in the longest month, when each runs at this interval or its own, the
// longer one. It is false when a run a day each is already too much; the interval is then a day.
func Bearable(checks []Spend, budget int64) (every time.Duration, ok bool) {
	seconds := int(longest / time.Second)
	n := 1 + sort.Search(seconds, func(i int) bool {
		return spent(checks, time.Duration(i+1)*time.Second) <= budget
	})
	if n > seconds {
		return longest, false
	}
	return time.Duration(n) * time.Second, true
}

// spent returns the bytes of a month at an interval. A month holds one run more than intervals: one at each end.
func spent(checks []Spend, every time.Duration) (sum int64) {
	for _, c := range checks {
		sum += c.Bytes * int64(month/max(every, c.Interval)+1)
	}
	return sum
}
