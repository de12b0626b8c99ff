package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	privatePrefix = "edgeprobe-key:"
	publicPrefix  = "ed25519:"
)

// GenerateKey makes a new device key from the system's randomness.
func GenerateKey() (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate device key: %w", err)
	}
	return key, nil
}

// FormatKey returns the private key's line, without its end. It is a secret.
func FormatKey(key ed25519.PrivateKey) string {
	return privatePrefix + base64.StdEncoding.EncodeToString(key.Seed())
}

// ParseKey reads what [FormatKey] writes; white space around it is ignored. Its errors never quote the text.
func ParseKey(text string) (ed25519.PrivateKey, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), privatePrefix)
	if !ok {
		return nil, fmt.Errorf("a device key begins with %q", privatePrefix)
	}
	seed, err := decode(encoded)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// FormatPublic returns the text form of a public key.
func FormatPublic(public ed25519.PublicKey) string {
	return publicPrefix + base64.StdEncoding.EncodeToString(public)
}

// ParsePublic reads what [FormatPublic] writes.
func ParsePublic(text string) (ed25519.PublicKey, error) {
	encoded, ok := strings.CutPrefix(text, publicPrefix)
	if !ok {
		return nil, fmt.Errorf("a public key begins with %q", publicPrefix)
	}
	return decode(encoded)
}

// PublicOf returns the public half of a private key.
func PublicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	return bytes.Clone(key[ed25519.SeedSize:])
}

// decode reads 32 bytes of base64 in its one canonical spelling.
func decode(encoded string) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(raw) != ed25519.SeedSize || base64.StdEncoding.EncodeToString(raw) != encoded {
		return nil, errors.New("after the colon stand 32 bytes as base64, which is 44 characters")
	}
	return raw, nil
}
