package block

import (
	"encoding/binary"
	"net/netip"

	"edgeprobe.io/firmware"
)

// values is a column of whole values: a dictionary, then for each result 0 when its value is that of the result
// it is like, else 1 and the place in the dictionary.
type values[T comparable] struct {
	field func(*firmware.Result) *T
	put   func([]byte, T) []byte
	take  func([]byte) (T, []byte, error)
}

// wholes are the columns of whole values, in their order on the wire.
func wholes() []column {
	return []column{
		values[firmware.BootID]{func(r *firmware.Result) *firmware.BootID { return &r.Start.Boot }, putBoot, takeBoot},
		values[netip.Addr]{func(r *firmware.Result) *netip.Addr { return &r.Address }, putAddress, takeAddress},
		values[int64]{func(r *firmware.Result) *int64 { return &r.Expires }, binary.AppendVarint, takeExpires},
		values[uint64]{func(r *firmware.Result) *uint64 { return &r.Marker }, binary.LittleEndian.AppendUint64, takeMarker},
		values[string]{func(r *firmware.Result) *string { return &r.Detail }, appendText[string], takeDetail},
	}
}

func (c values[T]) append(dst []byte, results []Numbered, k *keyed) []byte {
	var d dictionary[T]
	refs := make([]int64, len(results))
	for i := range results {
		v := *c.field(&results[i].Result)
		if v != c.before(results, k.like[i]) {
			refs[i] = int64(d.index(v)) + 1
		}
	}
	return AppendNumbers(d.append(dst, c.put), refs)
}

func (c values[T]) read(data []byte, results []Numbered, k *keyed) ([]byte, error) {
	known, data, err := takeDictionary(data, len(results), c.take)
	if err != nil {
		return nil, err
	}
	refs := make([]int64, len(results))
	if data, err = TakeNumbers(data, refs); err != nil {
		return nil, err
	}
	for i, ref := range refs {
		switch {
		case ref == 0:
			*c.field(&results[i].Result) = c.before(results, k.like[i])
		case ref < 0 || ref > int64(len(known)):
			return nil, errIndex
		default:
			*c.field(&results[i].Result) = known[ref-1]
		}
	}
	return data, nil
}

// before is the value of the result at i; the zero value before the first.
func (c values[T]) before(results []Numbered, i int) (v T) {
	if i >= 0 {
		v = *c.field(&results[i].Result)
	}
	return v
}

func putBoot(dst []byte, b firmware.BootID) []byte { return append(dst, b[:]...) }

func takeBoot(data []byte) (b firmware.BootID, rest []byte, err error) {
	if len(data) < len(b) {
		return b, nil, errShort
	}
	return firmware.BootID(data), data[len(b):], nil
}

func putAddress(dst []byte, a netip.Addr) []byte {
	raw, _ := a.MarshalBinary() // never fails
	return appendText(dst, raw)
}

func takeAddress(data []byte) (a netip.Addr, rest []byte, err error) {
	raw, rest, err := takeText(data, maxAddress)
	if err == nil {
		err = a.UnmarshalBinary(raw)
	}
	return a, rest, err
}

func takeExpires(data []byte) (int64, []byte, error) {
	v, rest, err := takeUvarint(data)
	return unzigzag(v), rest, err
}

func takeMarker(data []byte) (uint64, []byte, error) {
	if len(data) < 8 {
		return 0, nil, errShort
	}
	return binary.LittleEndian.Uint64(data), data[8:], nil
}

func takeDetail(data []byte) (string, []byte, error) {
	text, rest, err := takeText(data, firmware.MaxDetail)
	return string(text), rest, err
}
