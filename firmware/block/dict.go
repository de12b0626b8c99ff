package block

import "encoding/binary"

// dictionary lists the distinct values of a column by first appearance. The zero value is an empty one.
type dictionary[T comparable] struct {
	values []T
	at     map[T]int
}

// index returns v's place, adding it when it is new.
func (d *dictionary[T]) index(v T) int {
	if d.at == nil {
		d.at = make(map[T]int)
	}
	n, known := d.at[v]
	if !known {
		n = len(d.values)
		d.at[v] = n
		d.values = append(d.values, v)
	}
	return n
}

func (d *dictionary[T]) append(dst []byte, put func([]byte, T) []byte) []byte {
	dst = appendLength(dst, len(d.values))
	for _, v := range d.values {
		dst = put(dst, v)
	}
	return dst
}

func appendLength(dst []byte, n int) []byte { return binary.AppendUvarint(dst, uint64(n)) }

// takeDictionary reads at most limit values, each of which take reads from at least one byte.
func takeDictionary[T any](data []byte, limit int, take func([]byte) (T, []byte, error)) ([]T, []byte, error) {
	n, data, err := takeLength(data, min(limit, len(data)))
	if err != nil {
		return nil, nil, err
	}
	values := make([]T, n)
	for i := range values {
		if values[i], data, err = take(data); err != nil {
			return nil, nil, err
		}
	}
	return values, data, nil
}

// differences turns each number but the first into its distance from the one before, in place.
func differences(v []int64) []int64 {
	for i := len(v) - 1; i > 0; i-- {
		v[i] -= v[i-1]
	}
	return v
}

// sums undoes differences and reports whether every number is an index below limit.
func sums(v []int64, limit int) bool {
	sum := int64(0)
	for i, d := range v {
		if sum += d; sum < 0 || sum >= int64(limit) {
			return false
		}
		v[i] = sum
	}
	return true
}
