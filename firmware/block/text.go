package block

import "encoding/binary"

// MaxName is the longest service, check or uplink name in bytes.
const MaxName = 255

// appendText appends s after its length.
func appendText[S ~string | ~[]byte](dst []byte, s S) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}

// takeText reads a text of at most limit bytes; it shares memory with data.
func takeText(data []byte, limit int) (text, rest []byte, err error) {
	n, data, err := takeUvarint(data)
	switch {
	case err != nil:
		return nil, nil, err
	case n > uint64(limit):
		return nil, nil, errText
	case n > uint64(len(data)):
		return nil, nil, errShort
	}
	return data[:n], data[n:], nil
}

func takeUvarint(data []byte) (uint64, []byte, error) {
	v, n := binary.Uvarint(data)
	switch {
	case n == 0:
		return 0, nil, errShort
	case n < 0:
		return 0, nil, errRange
	}
	return v, data[n:], nil
}

// takeLength reads how many entries follow, at most limit.
func takeLength(data []byte, limit int) (int, []byte, error) {
	n, data, err := takeUvarint(data)
	if err == nil && n > uint64(limit) {
		err = errIndex
	}
	return int(min(n, uint64(limit))), data, err
}
