package store

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
)

// How a packed text begins.
const (
	plain    = 0
	deflated = 1
)

const (
	packFrom  = 512      // bytes; shorter texts stay plain
	maxUnpack = 64 << 20 // bytes; no text of ours is that long
)

// packer packs texts. A compressor takes a megabyte, and long texts are rare (settings, checkpoints): it is made anew
// for each rather than kept.
type packer struct {
	lost []error // events that could not be packed, and why
}

// pack returns text behind a byte that says how it is packed.
func (p *packer) pack(text []byte) ([]byte, error) {
	if len(text) <= packFrom {
		return append([]byte{plain}, text...), nil
	}
	var out bytes.Buffer
	out.WriteByte(deflated)
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unpack undoes pack.
func unpack(data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, nil
	}
	switch data[0] {
	case plain:
		return data[1:], nil
	case deflated:
		r := flate.NewReader(bytes.NewReader(data[1:]))
		text, err := io.ReadAll(io.LimitReader(r, maxUnpack))
		if err != nil {
			return nil, fmt.Errorf("unpack text: %w", err)
		}
		return text, nil
	}
	return nil, fmt.Errorf("unpack text: unknown packing %d", data[0])
}
