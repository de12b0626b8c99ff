package clock

import (
	"runtime/debug"
	"strconv"
	"time"
)

// builtAt is the time of the build in Unix seconds, stamped by the linker; "" when nobody did.
var builtAt = ""

// oldest is when Go 1.26, which this is written for, was released: nothing was built of it before.
const oldest = 1769904000 // 1 February 2026, in Unix seconds

// Built returns the latest time that had certainly passed when this program was built: the floor for [New].
func Built() time.Time {
	at := time.Unix(oldest, 0)
	if s, err := strconv.ParseInt(builtAt, 10, 64); err == nil {
		return later(at, time.Unix(s, 0))
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return at
	}
	for _, kv := range info.Settings {
		if kv.Key == "vcs.time" {
			committed, _ := time.Parse(time.RFC3339, kv.Value)
			return later(at, committed)
		}
	}
	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
