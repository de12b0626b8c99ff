package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"edgeprobe.io/firmware"
)

// Times derives wall times from stamps. The zero time means that nothing is known of that boot's clock.
type Times interface {
	Wall(firmware.Stamp) (time.Time, firmware.ClockQuality)
}

// MaxPayload is the size in bytes that payloads stay under, except results, Home Assistant's discovery and
// what is signed, whose limit is [MaxSigned].
const MaxPayload = 4 << 10

// maxWhy is the longest sentence that is published, in bytes.
const maxWhy = 240

// walls turns stamps into wall times and remembers the worst quality among them.
type walls struct {
	times Times
	worst firmware.ClockQuality // "" until a time was derived
}

// at returns the wall time of s in UTC with millisecond precision; nil when unset or underivable.
func (w *walls) at(s firmware.Stamp) *time.Time {
	if s.Zero() {
		return nil
	}
	t, q := w.times.Wall(s)
	if t.IsZero() {
		return nil
	}
	if w.worst == "" || q.Rank() < w.worst.Rank() {
		w.worst = q
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}

// short cuts a sentence to at most n bytes, between characters, and mends what is not UTF-8. Control characters
// become spaces: sentences reach terminals.
func short(s string, n int) string {
	s = strings.Map(plain, strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

func plain(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}

// quality returns the worst quality of the times derived, [firmware.ClockUnknown] when there was none.
func (w *walls) quality() firmware.ClockQuality {
	if w.worst == "" {
		return firmware.ClockUnknown
	}
	return w.worst
}

// marshal writes m as JSON with < > & as they are, and holds the size that every payload promises.
func marshal(what string, m any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("encode %s: %w", what, err)
	}
	payload := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(payload) >= MaxPayload {
		return nil, fmt.Errorf("encode %s: %d bytes are more than %d", what, len(payload), MaxPayload-1)
	}
	return payload, nil
}
