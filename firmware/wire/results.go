package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"edgeprobe.io/firmware"
)

// MaxResults is the longest payload of packed results, in bytes.
const MaxResults = 256 << 10

// resultsMagic begins a payload of packed results; its last byte is the version.
const resultsMagic = "EPR\x01"

// resultsHead is the length of what stands before the block: magic, quality, epoch and offset, big endian.
const resultsHead = len(resultsMagic) + 1 + 8 + 8

// ResultsMessage is a block as the card keeps it, with what a consumer needs beside it. The topic names the device.
type ResultsMessage struct {
	Epoch uint64              // of the device's database
	Clock firmware.ClockState // of the block's boot: wall time = offset + time since boot
	Block []byte              // packed by package block
}

// EncodeResults writes a block with its header of 21 bytes.
func EncodeResults(r ResultsMessage) ([]byte, error) {
	if resultsHead+len(r.Block) > MaxResults {
		return nil, fmt.Errorf("encode results: a block of %d bytes is more than %d", len(r.Block), MaxResults-resultsHead)
	}
	b := make([]byte, 0, resultsHead+len(r.Block))
	b = append(b, resultsMagic...)
	b = append(b, byte(r.Clock.Quality.Rank()))
	b = binary.BigEndian.AppendUint64(b, r.Epoch)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Clock.Offset))
	return append(b, r.Block...), nil
}

// DecodeResults reads what EncodeResults writes. The block is a part of payload and is not checked.
func DecodeResults(payload []byte) (ResultsMessage, error) {
	if len(payload) < resultsHead || !bytes.HasPrefix(payload, []byte(resultsMagic)) {
		return ResultsMessage{}, errors.New("decode results: not a payload of packed results, version 1")
	}
	if len(payload) > MaxResults {
		return ResultsMessage{}, fmt.Errorf("decode results: %d bytes are more than %d", len(payload), MaxResults)
	}
	head := payload[len(resultsMagic):]
	quality, err := unrank(head[0])
	if err != nil {
		return ResultsMessage{}, fmt.Errorf("decode results: %w", err)
	}
	return ResultsMessage{
		Epoch: binary.BigEndian.Uint64(head[1:]),
		Clock: firmware.ClockState{Offset: time.Duration(binary.BigEndian.Uint64(head[9:])), Quality: quality},
		Block: payload[resultsHead:],
	}, nil
}

func unrank(n byte) (firmware.ClockQuality, error) {
	for _, q := range []firmware.ClockQuality{
		firmware.ClockUnknown, firmware.ClockEstimated, firmware.ClockCorrected, firmware.ClockSynced,
	} {
		if q.Rank() == int(n) {
			return q, nil
		}
	}
	return "", fmt.Errorf("clock quality %d is not known", n)
}
