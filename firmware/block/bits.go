package block

import "math/bits"

// escape is the run of ones that announces a value too large for its column's Rice parameter.
const escape = 16

// bitWriter appends bits, lowest first, to dst.
type bitWriter struct {
	dst  []byte
	word uint64 // bits not yet in dst
	n    uint   // their number, below 8 between calls
}

// put appends the low n bits of v; n is at most 56.
func (w *bitWriter) put(v uint64, n uint) {
	w.word |= v << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.dst = append(w.dst, byte(w.word))
		w.word >>= 8
	}
}

// rice appends v: its part above k bits in unary, then k bits; or the escape, a length and the plain value.
func (w *bitWriter) rice(v uint64, k uint) {
	if q := v >> k; q < escape {
		w.put(1<<q-1, uint(q)+1)
		w.put(v&(1<<k-1), k)
		return
	}
	n := uint(bits.Len64(v))
	w.put(1<<escape-1, escape)
	w.put(uint64(n-1), 6)
	w.put(v&(1<<32-1), min(n, 32))
	if n > 32 {
		w.put(v>>32, n-32)
	}
}

// flush pads the last byte with zeros and returns everything written.
func (w *bitWriter) flush() []byte {
	if w.n > 0 {
		w.dst = append(w.dst, byte(w.word))
	}
	return w.dst
}

// bitReader reads what a bitWriter wrote. Reading past the end gives zeros and sets short.
type bitReader struct {
	src   []byte
	word  uint64
	n     uint
	short bool
}

// fill makes at least 56 bits ready, zeros where the data ends.
func (r *bitReader) fill() {
	for r.n <= 56 && len(r.src) > 0 {
		r.word |= uint64(r.src[0]) << r.n
		r.src = r.src[1:]
		r.n += 8
	}
}

// take reads n bits, at most 56.
func (r *bitReader) take(n uint) uint64 {
	r.fill()
	if n > r.n {
		r.short = true
		r.word, r.n = 0, 0
		return 0
	}
	v := r.word & (1<<n - 1)
	r.word >>= n
	r.n -= n
	return v
}

// rice reads one value.
func (r *bitReader) rice(k uint) uint64 {
	r.fill()
	ones := uint(bits.TrailingZeros64(^r.word))
	if ones < escape {
		r.take(ones + 1)
		return uint64(ones)<<k | r.take(k)
	}
	r.take(escape)
	n := uint(r.take(6)) + 1
	v := r.take(min(n, 32))
	if n > 32 {
		v |= r.take(n-32) << 32
	}
	return v
}

// rest ends reading: it gives back whole bytes not yet used, and reports whether the padding was all zeros and
// nothing was read past the end.
func (r *bitReader) rest() (n int, ok bool) {
	whole := r.n / 8
	pad := r.n % 8
	return len(r.src) + int(whole), !r.short && r.word&(1<<pad-1) == 0
}
