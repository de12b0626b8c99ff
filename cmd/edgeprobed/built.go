package main

import (
	"runtime/debug"
	"strconv"
	"time"
)

// builtAt is the time of the build in Unix seconds, stamped at build time: the floor of the wall clock.
var builtAt = ""

// built returns when the program was built; the zero time when nobody knows.
func built() time.Time {
	if s, err := strconv.ParseInt(builtAt, 10, 64); err == nil {
		return time.Unix(s, 0)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, kv := range info.Settings {
		if kv.Key == "vcs.time" {
			at, _ := time.Parse(time.RFC3339, kv.Value)
			return at
		}
	}
	return time.Time{}
}
