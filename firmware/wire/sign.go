package wire

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"edgeprobe.io/firmware/fold"
)

// MaxSigned is the longest signed payload, in bytes.
const MaxSigned = 16 << 10

// errUnsigned is what [Open] says of a payload without signature.
var errUnsigned = errors.New("it carries no signature")

// envelope is a signed payload. The signature (Ed25519, RFC 8032) is over the topic, a line feed and the bytes
// of Signed exactly as they stand in the payload, so no canonical form of JSON is needed.
type envelope struct {
	Signed    json.RawMessage `json:"signed"`
	Signature []byte          `json:"signature"` // 64 bytes, base64
}

// Sign writes v, a [fold.VoteSheet], [fold.Beat] or [fold.Ack], as a payload for topic. Ages are rounded up to
// whole milliseconds, validity down. A nil key leaves the signature away: for a device without peers, since
// [Open] rejects it. It fails when v does not belong on topic or breaks a limit of the feed.
func Sign(topic string, key ed25519.PrivateKey, v any) ([]byte, error) {
	t, err := Parse(topic)
	if err != nil {
		return nil, err
	}
	raw, err := encodeSigned(t, v, maxWhy)
	if err == nil && len(raw) > MaxSigned-256 {
		raw, err = encodeSigned(t, v, 0) // sentences go first: peers decide without them
	}
	if err != nil {
		return nil, fmt.Errorf("sign %s: %w", topic, err)
	}
	if len(raw) > MaxSigned-256 {
		return nil, fmt.Errorf("sign %s: %d bytes are more than %d", topic, len(raw), MaxSigned-256)
	}
	if key == nil {
		return fmt.Appendf(nil, `{"signed":%s}`, raw), nil
	}
	signature := base64.StdEncoding.EncodeToString(ed25519.Sign(key, message(topic, raw)))
	return fmt.Appendf(nil, `{"signed":%s,"signature":"%s"}`, raw, signature), nil
}

// Open verifies and reads what a peer published on topic: votes, a heartbeat or an acknowledgement under pub,
// the key that the fleet list states for the topic's device, or a status, which no key can sign. Stamps in what
// it returns are zero: only ages travel. Absent ages become -1.
func Open(topic string, payload []byte, pub ed25519.PublicKey) (fold.Heard, error) {
	t, err := Parse(topic)
	if err != nil {
		return fold.Heard{}, err
	}
	if t.Kind == KindStatus {
		return openStatus(t, payload)
	}
	raw, err := verify(topic, payload, pub)
	if err != nil {
		return fold.Heard{}, fmt.Errorf("open %s: %w", topic, err)
	}
	h, err := decodeSigned(t, raw)
	if err != nil {
		return fold.Heard{}, fmt.Errorf("open %s: %w", topic, err)
	}
	return h, nil
}

func verify(topic string, payload []byte, pub ed25519.PublicKey) ([]byte, error) {
	if len(payload) > MaxSigned {
		return nil, fmt.Errorf("%d bytes are more than %d", len(payload), MaxSigned)
	}
	var e envelope
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	switch {
	case len(e.Signature) == 0:
		return nil, errUnsigned
	case len(pub) != ed25519.PublicKeySize:
		return nil, errors.New("the fleet list states no key for its device")
	case !ed25519.Verify(pub, message(topic, e.Signed), e.Signature):
		return nil, errors.New("the signature is not that of the device's key in the fleet list")
	}
	return e.Signed, nil
}

// message is what is signed.
func message(topic string, raw []byte) []byte {
	return bytes.Join([][]byte{[]byte(topic), raw}, []byte("\n"))
}

func encodeSigned(t Topic, v any, why int) ([]byte, error) {
	m, err := signedMessage(t, v, why)
	if err != nil {
		return nil, err
	}
	return json.Marshal(m)
}

func signedMessage(t Topic, v any, why int) (any, error) {
	switch v := v.(type) {
	case fold.VoteSheet:
		return sheetOf(t, v, why)
	case fold.Beat:
		return beatOf(t, v)
	case fold.Ack:
		return ackOf(t, v)
	}
	return nil, fmt.Errorf("%T is nothing that is signed", v)
}

func decodeSigned(t Topic, raw []byte) (fold.Heard, error) {
	h := fold.Heard{Device: t.Device}
	var err error
	switch t.Kind {
	case KindVote:
		h.Votes, err = decodeSheet(t, raw)
	case KindHeartbeat:
		h.Beat, err = decodeBeat(t, raw)
	case KindAck:
		h.Ack, err = decodeAck(t, raw)
	default:
		err = fmt.Errorf("kind %s is not for peers", t.Kind)
	}
	return h, err
}

// read decodes the signed part into m. Unknown fields are allowed: v1 grows.
func read[M any](raw []byte, m *M) error {
	if err := json.Unmarshal(raw, m); err != nil {
		return fmt.Errorf("read the signed part: %w", err)
	}
	return nil
}
