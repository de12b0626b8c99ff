package probe

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"edgeprobe.io/firmware"
)

// compileBody prepares what a check wants of a body.
func (e *expectations) compileBody(c *firmware.HTTPCheck) (err error) {
	if e.body, err = newPattern(c.ExpectBody); err != nil {
		return fmt.Errorf("expected body: %w", err)
	}
	if e.absentBody, err = newPattern(c.AbsentBody); err != nil {
		return fmt.Errorf("absent body: %w", err)
	}
	if e.marker, err = newPattern(c.Marker); err != nil {
		return fmt.Errorf("marker: %w", err)
	}
	if e.digest, err = hex.DecodeString(c.Digest); err != nil || len(e.digest) != sha256.Size && c.Digest != "" {
		return errors.New("a digest is the SHA-256 of a body in 64 hexadecimal digits")
	}
	if c.Digest == "" {
		e.digest = nil
	}
	e.json, err = newJSONExpectations(c.ExpectJSON)
	return err
}

func (e *expectations) looksAtBody() bool {
	return e.body != nil || e.absentBody != nil || e.marker != nil || len(e.json) > 0
}

// judgeBody judges what was seen of the body, then its size, then values in it, and notes the marker. What must be
// absent comes first: an error page under status 200 is best called by its name.
func (e *expectations) judgeBody(r *firmware.Result, seen []byte, size int64, deadline time.Time) error {
	if err := e.judgeText(seen, deadline); err != nil {
		return err
	}
	switch {
	case size > e.most:
		return &miss{firmware.OutcomeTooLarge, fmt.Sprintf("body is larger than %d bytes", e.most)}
	case size < e.least:
		return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("body of %d bytes, want at least %d", size, e.least)}
	}
	for _, j := range e.json {
		if err := j.judge(seen, deadline); err != nil {
			return err
		}
	}
	if e.marker == nil {
		return nil
	}
	match, found, err := e.marker.find(seen, deadline)
	if err == nil && found {
		digest := fnv.New64a()
		digest.Write(match)
		r.Marker = digest.Sum64()
	}
	return err
}

// judgeDigest judges a whole body by its SHA-256.
func (e *expectations) judgeDigest(sum []byte, size int64) error {
	if !bytes.Equal(sum, e.digest) {
		return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("body of %d bytes has another SHA-256 than is wanted", size)}
	}
	return nil
}

func (e *expectations) judgeText(seen []byte, deadline time.Time) error {
	if e.absentBody != nil {
		_, found, err := e.absentBody.find(seen, deadline)
		if err != nil {
			return err
		}
		if found {
			return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("body of %d bytes matches %q, and must not", len(seen), e.absentBody)}
		}
	}
	if e.body == nil {
		return nil
	}
	_, found, err := e.body.find(seen, deadline)
	if err == nil && !found {
		return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("body of %d bytes does not match %q", len(seen), e.body)}
	}
	return err
}
