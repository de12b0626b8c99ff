package block

import (
	"encoding/binary"
	"fmt"
)

// head is what stands before a block's columns.
type head struct {
	version     byte
	n           int
	first, last uint64
}

// Span returns the sequence numbers of a block's first and last result and how many it holds. It checks the
// checksum and reads only the head.
func Span(data []byte) (first, last uint64, n int, err error) {
	h, _, err := takeHead(data)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("read block of %d bytes: %w", len(data), err)
	}
	return h.first, h.last, h.n, nil
}

// Count returns how many results a block holds.
func Count(data []byte) (int, error) {
	_, _, n, err := Span(data)
	return n, err
}

// takeHead checks the sum and returns the head, and what stands between it and the sum.
func takeHead(data []byte) (h head, rest []byte, err error) {
	if len(data) < 1+sumBytes {
		return h, nil, errShort
	}
	body := data[:len(data)-sumBytes]
	if h.version = data[0]; h.version < Version || h.version > VersionBoth {
		return h, nil, errVersion
	}
	if sum(body) != binary.LittleEndian.Uint32(data[len(body):]) {
		return h, nil, errSum
	}
	n, rest, err := takeUvarint(body[1:])
	if err != nil {
		return h, nil, err
	}
	if n < 1 || n > MaxResults {
		return h, nil, errCount
	}
	if h.first, rest, err = takeUvarint(rest); err != nil {
		return h, nil, err
	}
	span, rest, err := takeUvarint(rest)
	if err != nil {
		return h, nil, err
	}
	h.n, h.last = int(n), h.first+span
	if h.last < h.first || span < n-1 {
		return h, nil, errSpan
	}
	return h, rest, nil
}

// number reads the sequence numbers into results.
func (h head) number(data []byte, results []Numbered) ([]byte, error) {
	gaps := make([]int64, h.n)
	data, err := TakeNumbers(data, gaps)
	if err != nil {
		return nil, err
	}
	for i, gap := range gaps {
		results[i].Seq = h.first
		if i > 0 {
			results[i].Seq = results[i-1].Seq + 1 + uint64(gap)
		}
		if i > 0 && results[i].Seq <= results[i-1].Seq {
			return nil, errSpan
		}
	}
	if gaps[0] != 0 || results[h.n-1].Seq != h.last {
		return nil, errSpan
	}
	return data, nil
}
