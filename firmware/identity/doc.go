// Package identity holds a device's Ed25519 key: making it, its two text forms, and keeping it in a file.
//
// A private key is the line "edgeprobe-key:" and the base64 of its 32 byte seed (RFC 8032); a public key is
// "ed25519:" and the base64 of its 32 bytes.
//
// Guarantees:
//   - A key file that anybody but its owner can read is refused, never used.
//   - A file is there whole or not at all, also after a power cut.
//   - No error holds any part of a private key.
package identity
