package config

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"strings"

	"edgeprobe.io/firmware/identity"
)

// key reads this device's key and holds it against the one that the fleet states.
func (b *builder) key(raw *rawFile, fleet fleetList) {
	if !raw.Key.Given && len(fleet.raw) > 1 {
		b.add(raw.at.under("key"), kindKeyless, "", len(fleet.raw))
	}
	if raw.Key.OK && !isReference(raw.Key.V) {
		b.add(raw.Key.at, kindSecret, "")
	}
	if !raw.Key.OK || !isReference(raw.Key.V) {
		return
	}
	if b.cfg.Key = b.loadKey(raw.Key); b.cfg.Key == nil || b.self == nil {
		return
	}
	public := identity.PublicOf(b.cfg.Key)
	if b.self.Key == nil {
		b.self.Key = public
	} else if !bytes.Equal(b.self.Key, public) {
		b.add(raw.Key.at, kindKeyMismatch, "", raw.Key.V, b.self.ID)
	}
}

// loadKey returns the private key that a reference names, or nil.
func (b *builder) loadKey(v val[string]) ed25519.PrivateKey {
	name, isFile := strings.CutPrefix(v.V, "file:")
	var key ed25519.PrivateKey
	var err error
	if isFile {
		key, err = identity.LoadKey(b.path(name))
	} else if text, ok := b.resolve(v.V, v.at); ok {
		key, err = identity.ParseKey(text)
	}
	var open *identity.PermissionError
	var system *fs.PathError
	switch {
	case errors.As(err, &open):
		b.add(v.at, kindKeyOpen, "", v.V)
	case errors.As(err, &system):
		b.add(v.at, kindReference, "", v.V, plain(err))
	case err != nil:
		b.add(v.at, kindKey, "", v.V)
	}
	return key
}
