package block

import (
	"math"
	"math/bits"
)

// The forms of a column of numbers are told by its first byte: 0, all are zero; else the Rice parameter plus 1
// in the low six bits, and two flags.
const (
	formParameter = 0x3f
	formSeconds   = 0x40 // every number was a multiple of a million: whole seconds
	formSparse    = 0x80 // one bit for each number, then the numbers that are not zero
	maxParameter  = 48
	second        = 1_000_000
)

// AppendNumbers appends values as one column: small where they are mostly small or mostly zero.
func AppendNumbers(dst []byte, values []int64) []byte {
	form, unit := byte(0), int64(1)
	if wholeSeconds(values) {
		form, unit = formSeconds, second
	}
	all := make([]uint64, len(values))
	var some []uint64
	for i, v := range values {
		if all[i] = zigzag(v / unit); all[i] != 0 {
			some = append(some, all[i]-1)
		}
	}
	if len(some) == 0 {
		return append(dst, 0)
	}
	k, cost := parameter(all)
	if ks, c := parameter(some); c+len(values) < cost {
		return appendSparse(append(dst, form|formSparse|byte(ks+1)), all, ks)
	}
	w := bitWriter{dst: append(dst, form|byte(k+1))}
	for _, v := range all {
		w.rice(v, k)
	}
	return w.flush()
}

func appendSparse(dst []byte, all []uint64, k uint) []byte {
	w := bitWriter{dst: dst}
	for _, v := range all {
		w.put(min(v, 1), 1)
	}
	for _, v := range all {
		if v != 0 {
			w.rice(v-1, k)
		}
	}
	return w.flush()
}

// TakeNumbers reads a column of len(into) numbers from the head of data and returns what follows it.
func TakeNumbers(data []byte, into []int64) (rest []byte, err error) {
	if len(data) == 0 {
		return nil, errShort
	}
	form, data := data[0], data[1:]
	if form == 0 {
		clear(into)
		return data, nil
	}
	k := uint(form & formParameter)
	if k == 0 || k > maxParameter+1 {
		return nil, errForm
	}
	r := bitReader{src: data}
	r.numbers(into, k-1, form&formSparse != 0)
	n, ok := r.rest()
	if !ok {
		return nil, errShort
	}
	if form&formSeconds != 0 {
		for i, v := range into {
			if into[i] = v * second; into[i]/second != v {
				return nil, errRange
			}
		}
	}
	return data[len(data)-n:], nil
}

// numbers reads len(into) numbers; r.short tells whether they were all there.
func (r *bitReader) numbers(into []int64, k uint, sparse bool) {
	if !sparse {
		for i := range into {
			into[i] = unzigzag(r.rice(k))
		}
		return
	}
	for i := range into {
		into[i] = int64(r.take(1))
	}
	for i, present := range into {
		if present != 0 {
			into[i] = unzigzag(r.rice(k) + 1)
		}
	}
}

// parameter chooses the Rice parameter for values and tells about how many bits they then take.
func parameter(values []uint64) (k uint, cost int) {
	var lengths [65]int
	longest := 0
	for _, v := range values {
		n := bits.Len64(v)
		lengths[n]++
		longest = max(longest, n)
	}
	cost = math.MaxInt
	for try := range uint(min(maxParameter, longest) + 1) {
		sum := 0
		for n, count := range lengths[:longest+1] {
			if count > 0 {
				sum += count * riceBits(uint(n), try)
			}
		}
		if sum < cost {
			k, cost = try, sum
		}
	}
	return k, cost
}

// riceBits is what a typical value of n bits takes under parameter k.
func riceBits(n, k uint) int {
	if n == 0 {
		return 1 + int(k)
	}
	typical := uint64(1)<<(n-1) | uint64(1)<<(n-1)>>1
	if q := typical >> k; q < escape {
		return int(q) + 1 + int(k)
	}
	return escape + 6 + int(n)
}

func wholeSeconds(values []int64) bool {
	for _, v := range values {
		if v%second != 0 {
			return false
		}
	}
	return true
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
