package block

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"edgeprobe.io/firmware"
)

// MaxResults is how many results a block holds at most.
const MaxResults = 4096

// The versions, the first byte of a block. A block has the columns of steps, or of round trips, exactly when a result
// in it has some, so that whoever reads the first version reads all others.
const (
	Version      = 1
	VersionSteps = 2 // the columns of the first, and then those of the steps
	VersionTrips = 3 // the columns of the first, and then those of the round trips
	VersionBoth  = 4 // the columns of the first, of the steps and of the round trips
)

// maxAddress is the longest binary form of an address: 16 bytes and a zone's name.
const maxAddress = 16 + MaxName

const sumBytes = 4

// Numbered is a result and its event's sequence number.
type Numbered struct {
	Seq    uint64
	Result firmware.Result
}

// Encode appends results, 1 to [MaxResults] in strictly ascending order, to dst as one block. A result that no
// block can hold (see [Check]) is an error.
func Encode(dst []byte, results []Numbered) ([]byte, error) {
	n := len(results)
	if n < 1 || n > MaxResults {
		return nil, fmt.Errorf("pack %d results: %w", n, errCount)
	}
	head := len(dst)
	dst = append(dst, version(results))
	dst = binary.AppendUvarint(dst, uint64(n))
	dst = binary.AppendUvarint(dst, results[0].Seq)
	gaps := make([]int64, n)
	for i := range results {
		if i > 0 {
			gaps[i] = int64(results[i].Seq - results[i-1].Seq - 1)
		}
		if i > 0 && results[i].Seq <= results[i-1].Seq {
			return nil, fmt.Errorf("pack result %d: %w", results[i].Seq, errSpan)
		}
		if err := Check(&results[i].Result); err != nil {
			return nil, fmt.Errorf("pack result %d: %w", results[i].Seq, err)
		}
	}
	dst = binary.AppendUvarint(dst, results[n-1].Seq-results[0].Seq)
	dst = AppendNumbers(dst, gaps)
	k := keysOf(results)
	dst = k.append(dst)
	for _, c := range columns() {
		dst = c.append(dst, results, &k)
	}
	if stepped(results) {
		dst = appendSteps(dst, results, &k)
	}
	if tripped(results) {
		dst = appendTrips(dst, results, &k)
	}
	return binary.LittleEndian.AppendUint32(dst, sum(dst[head:])), nil
}

// Check says whether a block can hold r: outcomes, connection and cache state of the closed lists, no more packets
// answered than sent and no round trips where none was, a detail of at
// most [firmware.MaxDetail] bytes, at most [firmware.MaxSteps] steps, names and an address's zone of at most [MaxName].
func Check(r *firmware.Result) error {
	switch {
	case !r.Outcome.Known(), r.Conn > firmware.ConnKept, r.Cache.State > firmware.CacheEdgeMade, !soundTrips(r.Trips):
		return errRange
	case len(r.Detail) > firmware.MaxDetail, len(r.Address.Zone()) > MaxName,
		len(r.Check.Service) > MaxName, len(r.Check.Name) > MaxName, len(r.Uplink) > MaxName:
		return errText
	case len(r.Steps) > firmware.MaxSteps:
		return errSteps
	}
	for _, s := range r.Steps {
		switch {
		case !s.Outcome.Known():
			return errRange
		case len(s.Name) > MaxName:
			return errText
		}
	}
	return nil
}

// Decode reads a block and nothing but a block.
func Decode(data []byte) ([]Numbered, error) {
	results, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("read block of %d bytes: %w", len(data), err)
	}
	return results, nil
}

func decode(data []byte) ([]Numbered, error) {
	h, data, err := takeHead(data)
	if err != nil {
		return nil, err
	}
	results := make([]Numbered, h.n)
	if data, err = h.number(data, results); err != nil {
		return nil, err
	}
	k, data, err := takeKeys(data, h.n)
	if err != nil {
		return nil, err
	}
	for i, n := range k.of {
		results[i].Result.Check, results[i].Result.Uplink = k.keys[n].check, k.keys[n].uplink
	}
	for _, c := range columns() {
		if data, err = c.read(data, results, &k); err != nil {
			return nil, err
		}
	}
	if h.version == VersionSteps || h.version == VersionBoth {
		if data, err = takeSteps(data, results, &k); err != nil {
			return nil, err
		}
	}
	if h.version >= VersionTrips {
		if data, err = takeTrips(data, results, &k); err != nil {
			return nil, err
		}
	}
	if len(data) > 0 {
		return nil, errTrail
	}
	return results, nil
}

func sum(data []byte) uint32 { return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) }
