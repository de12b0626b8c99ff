package firmware_test

import (
	"testing"

	"edgeprobe.io/firmware"
)

// TestOutcomeNames: a stored number has one name, and comes back by it; nothing has two meanings.
func TestOutcomeNames(t *testing.T) {
	seen := map[string]bool{}
	for o := firmware.Outcome(0); o <= firmware.OutcomeLast; o++ {
		var back firmware.Outcome
		if err := back.UnmarshalText([]byte(o.String())); err != nil || back != o || o.String() == "" || seen[o.String()] || !o.Known() {
			t.Errorf("%d is called %q, which is %d (%v)", o, o, back, err)
		}
		seen[o.String()] = true
		said := 0
		for _, is := range []bool{o.OK(), o.Void(), o.Bad(), o.Lesser()} {
			if is {
				said++
			}
		}
		if said != 1 {
			t.Errorf("%v is %d of ok, void, bad and lesser, want one", o, said)
		}
	}
	if (firmware.OutcomeLast + 1).Known() {
		t.Error("OutcomeLast is not the last")
	}
}

func TestCacheStateNames(t *testing.T) {
	for c := firmware.CacheUnknown; c <= firmware.CacheEdgeMade; c++ {
		var back firmware.CacheState
		if err := back.UnmarshalText([]byte(c.String())); err != nil || back != c {
			t.Errorf("%d is called %q, which is %d (%v)", c, c, back, err)
		}
	}
}
