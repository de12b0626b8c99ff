package block

import "edgeprobe.io/firmware"

// same guesses that a result is as the one it is like.
func same(results []Numbered, i int, k *keyed, get func(*firmware.Result) int64) int64 {
	if j := k.like[i]; j >= 0 {
		return get(&results[j].Result)
	}
	return 0
}

// guessStart guesses that a key's runs start at even distances; of a key with a single run so far, that its
// distance is that of the result before; and of a new key, that it starts with the result before.
func guessStart(results []Numbered, i int, k *keyed, get func(*firmware.Result) int64) int64 {
	at := func(i int) int64 { return get(&results[i].Result) }
	step := func(i int) int64 { // between the run at i and the same key's run before
		if i < 0 || k.prev[i] < 0 {
			return 0
		}
		return at(i) - at(k.prev[i])
	}
	p := k.prev[i]
	switch {
	case p >= 0 && k.prev[p] >= 0:
		return at(p) + step(p)
	case p >= 0:
		return at(p) + step(i-1)
	case i > 0:
		return at(i - 1)
	}
	return 0
}

// guessTook guesses that a run took its phases, and beside them as much as the run it is like.
func guessTook(results []Numbered, i int, k *keyed, get func(*firmware.Result) int64) int64 {
	sum := phases(&results[i].Result)
	if j := k.like[i]; j >= 0 {
		sum += get(&results[j].Result) - phases(&results[j].Result)
	}
	return sum
}

func phases(r *firmware.Result) int64 {
	p := &r.Phases
	return micro(p.Resolve) + micro(p.Connect) + micro(p.TLS) + micro(p.Wait) + micro(p.Transfer)
}

// guessFresh guesses that a copy stays fresh for as much less as it has aged.
func guessFresh(results []Numbered, i int, k *keyed, get func(*firmware.Result) int64) int64 {
	j := k.like[i]
	if j < 0 {
		return 0
	}
	return get(&results[j].Result) - micro(results[i].Result.Cache.Age) + micro(results[j].Result.Cache.Age)
}
