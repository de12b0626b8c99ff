package block

import (
	"math"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// sentColumn is how many packets each result tells of.
func sentColumn() column {
	return small(func(r *firmware.Result) *uint8 { return &r.Trips.Sent }, math.MaxUint8)
}

// tripColumns are the columns of those results that have round trips, in their order on the wire.
func tripColumns() []column {
	return []column{
		small(func(r *firmware.Result) *uint8 { return &r.Trips.Answered }, math.MaxUint8),
		duration(func(r *firmware.Result) *time.Duration { return &r.Trips.Min }, guessTrip),
		duration(func(r *firmware.Result) *time.Duration { return &r.Trips.Max }, guessTrip),
		duration(func(r *firmware.Result) *time.Duration { return &r.Trips.Dev }, same),
	}
}

// guessTrip guesses that a time lies beside the mean as it did in the run that this one is like.
func guessTrip(results []Numbered, i int, k *keyed, get func(*firmware.Result) int64) int64 {
	mean := micro(results[i].Result.Phases.Wait)
	if j := k.like[i]; j >= 0 {
		mean += get(&results[j].Result) - micro(results[j].Result.Phases.Wait)
	}
	return mean
}

func tripped(results []Numbered) bool {
	return slices.ContainsFunc(results, func(r Numbered) bool { return r.Result.Trips.Sent > 0 })
}

// pickOut returns the results that have round trips, with their keys.
func pickOut(results []Numbered, k *keyed) (some []Numbered, sk *keyed, at []int) {
	sk = &keyed{keys: k.keys}
	for i := range results {
		if results[i].Result.Trips.Sent > 0 {
			some, at = append(some, results[i]), append(at, i)
			sk.of = append(sk.of, k.of[i])
		}
	}
	sk.relate()
	return some, sk, at
}

func appendTrips(dst []byte, results []Numbered, k *keyed) []byte {
	dst = sentColumn().append(dst, results, k)
	some, sk, _ := pickOut(results, k)
	for _, c := range tripColumns() {
		dst = c.append(dst, some, sk)
	}
	return dst
}

func takeTrips(data []byte, results []Numbered, k *keyed) (rest []byte, err error) {
	if data, err = sentColumn().read(data, results, k); err != nil {
		return nil, err
	}
	some, sk, at := pickOut(results, k)
	for _, c := range tripColumns() {
		if data, err = c.read(data, some, sk); err != nil {
			return nil, err
		}
	}
	for n, i := range at {
		if !soundTrips(some[n].Result.Trips) {
			return nil, errRange
		}
		results[i].Result.Trips = some[n].Result.Trips
	}
	return data, nil
}

// soundTrips reports whether trips have what they tell of.
func soundTrips(t firmware.Trips) bool {
	return t.Answered <= t.Sent && (t.Sent > 0 || t == firmware.Trips{})
}
