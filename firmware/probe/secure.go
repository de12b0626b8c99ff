package probe

import (
	"crypto/tls"
	"fmt"
	"time"

	"edgeprobe.io/firmware"
)

func tlsConfig(name string, clock Clock, set Settings) *tls.Config {
	c := &tls.Config{
		ServerName: name,
		RootCAs:    set.Roots,
		Time:       clock.TLSTime,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},

		CipherSuites: suites(),
	}
	if set.X25519 {
		c.CurvePreferences = []tls.CurveID{tls.X25519}
	}
	return c
}

// suites are what browsers offer for TLS 1.2, which is more than Go does: a server that has nothing but the key
// exchange of RSA still serves customers.
func suites() (ids []uint16) {
	for _, s := range tls.CipherSuites() {
		ids = append(ids, s.ID)
	}
	return append(ids, tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA)
}

// lighter leaves out the post-quantum key share (X25519MLKEM768), a third of a resumed handshake's CPU time and
// 2.3 KB. That a server takes what a browser offers is proven by the full handshakes.
func lighter(full *tls.Config) *tls.Config {
	c := full.Clone()
	if c.CurvePreferences == nil {
		c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
	}
	return c
}

// judgeEnd notes when the certificate seen has fewer days left than wanted; 0 wants none. It degrades an answer that
// is otherwise as expected, and never more: the certificate is still good. While nobody knows the time it counts from
// one that has certainly passed: the days left are no more than those.
func (r *run) judgeEnd(days int, clock Clock) {
	if days == 0 || r.result.Expires == 0 {
		return
	}
	past, _ := clock.Floor()
	left := time.Unix(r.result.Expires, 0).Sub(past)
	if left < time.Duration(days)*24*time.Hour {
		r.lesser = &miss{firmware.OutcomeTLSExpiring,
			fmt.Sprintf("the certificate ends in %.1f days, want at least %d", left.Hours()/24, days)}
	}
}
