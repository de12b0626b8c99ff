package block

import (
	"math"
	"time"

	"edgeprobe.io/firmware"
)

// column is one field of every result of a block.
type column interface {
	append(dst []byte, results []Numbered, k *keyed) []byte
	read(data []byte, results []Numbered, k *keyed) (rest []byte, err error)
}

// numbers is a column of numbers: what get says, less what guess foretells from earlier results and from the
// columns before this one.
type numbers struct {
	get   func(r *firmware.Result) int64
	set   func(r *firmware.Result, v int64) bool // false: out of range
	guess func(results []Numbered, i int, k *keyed, get func(*firmware.Result) int64) int64
}

// columns are all columns in their order on the wire.
func columns() []column {
	first := append(wholes(), duration(func(r *firmware.Result) *time.Duration { return &r.Start.Up }, guessStart))
	return append(append(first, spent()...),
		small(func(r *firmware.Result) *firmware.Conn { return &r.Conn }, firmware.ConnKept),
		small(func(r *firmware.Result) *uint32 { return &r.Bytes }, math.MaxUint32),
		small(func(r *firmware.Result) *firmware.CacheState { return &r.Cache.State }, firmware.CacheEdgeMade),
		numbers{aged, setAged, same},
		duration(func(r *firmware.Result) *time.Duration { return &r.Cache.Age }, same),
		duration(func(r *firmware.Result) *time.Duration { return &r.Cache.Fresh }, guessFresh),
	)
}

// spent are the columns of what a run took and came to, which a step has as well.
func spent() []column {
	return []column{
		duration(func(r *firmware.Result) *time.Duration { return &r.Phases.Resolve }, same),
		duration(func(r *firmware.Result) *time.Duration { return &r.Phases.Connect }, same),
		duration(func(r *firmware.Result) *time.Duration { return &r.Phases.TLS }, same),
		duration(func(r *firmware.Result) *time.Duration { return &r.Phases.Wait }, same),
		duration(func(r *firmware.Result) *time.Duration { return &r.Phases.Transfer }, same),
		duration(func(r *firmware.Result) *time.Duration { return &r.Took }, guessTook),
		small(func(r *firmware.Result) *firmware.Outcome { return &r.Outcome }, firmware.OutcomeLast),
		small(func(r *firmware.Result) *uint16 { return &r.Status }, math.MaxUint16),
	}
}

func (c numbers) append(dst []byte, results []Numbered, k *keyed) []byte {
	v := make([]int64, len(results))
	for i := range results {
		v[i] = c.get(&results[i].Result) - c.guess(results, i, k, c.get)
	}
	return AppendNumbers(dst, v)
}

func (c numbers) read(data []byte, results []Numbered, k *keyed) ([]byte, error) {
	v := make([]int64, len(results))
	rest, err := TakeNumbers(data, v)
	if err != nil {
		return nil, err
	}
	for i := range results {
		if !c.set(&results[i].Result, v[i]+c.guess(results, i, k, c.get)) {
			return nil, errRange
		}
	}
	return rest, nil
}

// duration is a column of durations in microseconds.
func duration(field func(*firmware.Result) *time.Duration, guess func([]Numbered, int, *keyed, func(*firmware.Result) int64) int64) column {
	return numbers{
		get: func(r *firmware.Result) int64 { return micro(*field(r)) },
		set: func(r *firmware.Result, v int64) bool {
			*field(r) = time.Duration(v) * time.Microsecond
			return v >= math.MinInt64/1000 && v <= math.MaxInt64/1000
		},
		guess: guess,
	}
}

// small is a column of whole numbers from 0 to most.
func small[T ~uint8 | ~uint16 | ~uint32](field func(*firmware.Result) *T, most T) column {
	return numbers{
		get: func(r *firmware.Result) int64 { return int64(*field(r)) },
		set: func(r *firmware.Result, v int64) bool {
			*field(r) = T(v)
			return v >= 0 && v <= int64(most)
		},
		guess: same,
	}
}

func aged(r *firmware.Result) int64 {
	if r.Cache.Aged {
		return 1
	}
	return 0
}

func setAged(r *firmware.Result, v int64) bool {
	r.Cache.Aged = v == 1
	return v == 0 || v == 1
}

// micro floors d to whole microseconds, so that a negative duration stays negative.
func micro(d time.Duration) int64 {
	us := int64(d) / 1000
	if d%1000 < 0 {
		us--
	}
	return max(us, math.MinInt64/1000)
}
