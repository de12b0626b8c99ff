package probe

import "crypto/x509"

// Settings are what all probers share.
type Settings struct {
	Roots     *x509.CertPool // trusted roots; nil means the system's
	UserAgent string         // sent with every request; names the product and where to ask about it
	Resume    bool           // resume TLS sessions between the full handshakes that validity needs
	X25519    bool           // offer X25519 only in full handshakes too: 2.3 KB less each, but not what a browser offers
	Canary    *Canary        // tells when this device is starved; nil: nobody does
}

// Defaults returns resumption on and a browser's key shares.
func Defaults() Settings { return Settings{UserAgent: "edgeprobe/1", Resume: true} }
