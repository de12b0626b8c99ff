package probe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"

	"edgeprobe.io/firmware"
)

// MaxContent is the most bytes of generated content that one request sends.
const MaxContent = 64 << 20

// generated reads content as [firmware.Content] defines it; no more of it is held than the reader asks for.
type generated struct {
	stream cipher.Stream
	left   int64
}

func newGenerated(c firmware.Content) *generated {
	key := sha256.Sum256([]byte(c.Name))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // never: the key has a length of AES
	}
	var counter [aes.BlockSize]byte
	binary.BigEndian.PutUint64(counter[8:], uint64(c.From)/aes.BlockSize)
	g := &generated{stream: cipher.NewCTR(block, counter[:]), left: c.To - c.From}
	var skipped [aes.BlockSize]byte
	g.stream.XORKeyStream(skipped[:c.From%aes.BlockSize], skipped[:c.From%aes.BlockSize])
	return g
}

// Read fills p, and ends the content with io.EOF.
func (g *generated) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), g.left)]
	clear(p)
	g.stream.XORKeyStream(p, p)
	g.left -= int64(len(p))
	return len(p), nil
}

// ContentDigest returns the SHA-256 of the first size bytes of named content, in hexadecimal digits, as
// [firmware.HTTPCheck.Digest] takes it.
func ContentDigest(name string, size int64) string {
	sum := sha256.New()
	_, _ = io.Copy(sum, newGenerated(firmware.Content{Name: name, To: size})) // a hash takes all
	return hex.EncodeToString(sum.Sum(nil))
}

// errCut ends a body that is broken off on purpose.
var errCut = errors.New("cut off")

// cutReader reads until as many bytes are through as are wanted, then fails with errCut; 0 wants all.
type cutReader struct {
	io.Reader
	left  int64
	cuts  bool
	broke bool
}

// Read reads on, up to the cut.
func (c *cutReader) Read(p []byte) (int, error) {
	if !c.cuts {
		return c.Reader.Read(p)
	}
	if c.left <= 0 {
		c.broke = true
		return 0, errCut
	}
	n, err := c.Reader.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}
