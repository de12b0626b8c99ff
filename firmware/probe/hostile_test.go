package probe

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/dns/dnsmessage"

	"edgeprobe.io/firmware"
)

// soundText holds what the frame lets people see: one line, printable, bounded.
func soundText(t *testing.T, text string) {
	t.Helper()
	if len(text) > firmware.MaxDetail || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Fatalf("not fit to be shown: %q", text)
	}
}

// unset is a clock that nobody has set.
type unset struct{ now time.Time }

func (unset) Now() firmware.Stamp      { return firmware.Stamp{} }
func (c unset) TLSTime() time.Time     { return c.now }
func (unset) Floor() (time.Time, bool) { return time.Unix(1_700_000_000, 0), false }

// someChain is what a server may send, and is good: two certificates.
func someChain(f *testing.F) (leaf, above []byte) {
	f.Helper()
	text, err := os.ReadFile("testdata/chain.pem")
	if err != nil {
		f.Fatal(err)
	}
	first, rest := pem.Decode(text)
	second, _ := pem.Decode(rest)
	if first == nil || second == nil {
		f.Fatal("testdata/chain.pem has not two certificates")
	}
	return first.Bytes, second.Bytes
}

// FuzzCertificate has a server show any certificates: what is told of them is bounded, and whatever the time may be,
// one that does not verify is never this device's fault but where only the time is in doubt.
func FuzzCertificate(f *testing.F) {
	leaf, above := someChain(f)
	f.Add(leaf, above, int64(1_800_000_000), uint8(14))
	f.Add(leaf, []byte{}, int64(0), uint8(0))
	f.Add(above, leaf, int64(1<<40), uint8(255))
	f.Fuzz(func(t *testing.T, leaf, above []byte, now int64, days uint8) {
		var chain []*x509.Certificate
		for _, raw := range [][]byte{leaf, above} {
			if c, err := x509.ParseCertificate(raw); err == nil {
				chain = append(chain, c)
			}
		}
		if len(chain) == 0 {
			return
		}
		judgeChain(t, chain, now, days)
	})
}

// FuzzCertificateFields is the same with certificates that are whole, whatever they say.
func FuzzCertificateFields(f *testing.F) {
	f.Add("shop.example", "test root", "shop.example", int64(1_790_000_000), int64(90*86400), int64(1_800_000_000), uint8(14))
	f.Add("\x1b[2J\u202e", "", "*.example", int64(-62135596800), int64(0), int64(0), uint8(0))
	f.Add("", "x", "other.example", int64(1_600_000_000), int64(-5), int64(1<<33), uint8(255))
	f.Add("shop", "root", "other.example", int64(1_790_000_000), int64(90*86400), int64(1_795_000_000), uint8(0))
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	f.Fuzz(func(t *testing.T, subject, issuer, name string, from, life, now int64, days uint8) {
		form := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: subject}, DNSNames: []string{name, name, name},
			NotBefore: time.Unix(from, 0), NotAfter: time.Unix(from, 0).Add(time.Duration(life) * time.Second)}
		above := x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: issuer}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0),
			IsCA: true, BasicConstraintsValid: true}
		var chain []*x509.Certificate
		for _, c := range []*x509.Certificate{&form, &above} {
			raw, err := x509.CreateCertificate(nil, c, &above, key.Public(), key)
			if err != nil {
				return
			}
			parsed, err := x509.ParseCertificate(raw)
			if err != nil {
				return
			}
			chain = append(chain, parsed)
		}
		judgeChain(t, chain, now, days)
	})
}

// judgeChain holds what is told of a chain, were it to verify and were it not to.
func judgeChain(t *testing.T, chain []*x509.Certificate, now int64, days uint8) {
	clock, roots := unset{time.Unix(now, 0)}, x509.NewCertPool()
	roots.AddCert(chain[len(chain)-1])
	r := run{parent: t.Context(), phase: phaseTLS}
	state := tls.ConnectionState{Version: tls.VersionTLS13, NegotiatedProtocol: "http/1.1", PeerCertificates: chain, VerifiedChains: [][]*x509.Certificate{chain}}
	r.shows(state)
	probe := tlsProbe{clock: clock, days: int(days), least: tls.VersionTLS12, strict: tlsConfig("shop.example", clock, Settings{Roots: roots})}
	if err := probe.judge(&r, state); err != nil {
		t.Fatal(err)
	}
	r.judgeEnd(int(days), clock)
	frame := frame{check: firmware.Check{Timeout: time.Second}, clock: clock}
	outcome, text := frame.verdict(&r, nil)
	soundText(t, text)
	if outcome.Bad() || days == 0 && !outcome.OK() {
		t.Fatalf("a chain that verified is %v", outcome)
	}
	failure := verifyAt(chain, probe.strict, clock.now)
	if failure == nil {
		return
	}
	invalid, timed := failure.(x509.CertificateInvalidError)
	err := doubt(&tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: failure}, probe.strict, clock)
	outcome, text = frame.verdict(&r, err)
	soundText(t, text)
	ofTime := timed && invalid.Reason == x509.Expired
	if outcome.OK() || outcome.Lesser() || outcome.Void() && !ofTime || outcome == firmware.OutcomeTLSExpired && !ofTime {
		t.Fatalf("%v becomes %v (%s)", failure, outcome, text)
	}
}

// FuzzHead has a server send any head: its evidence is sound, and a verdict names no header's value.
func FuzzHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 503 x\r\nServer: cloudfront\r\nX-Cache: Error from cloudfront\r\nAge: 7\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 530 x\r\nCF-Ray: 1\r\nProxy-Status: edge; error=\"x\"\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\r\nX: sesame\r\nCache-Status: Edge; hit; ttl=-412\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 404 x\r\nServer: AkamaiGHost\r\n\r\n"))
	check := firmware.HTTPCheck{URL: "http://shop.example/", ExpectHead: map[string]string{"X": "^sesame$"}, AbsentHead: map[string]string{"Y": "z+"}}
	f.Fuzz(func(t *testing.T, head []byte) {
		answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), nil)
		if err != nil {
			return
		}
		defer answer.Body.Close()
		evidence := cacheEvidence(answer.StatusCode, answer.Header)
		soundEvidence(t, evidence)
		if (evidence.State == firmware.CacheEdgeMade) != edgeMade(answer.StatusCode, answer.Header) || answer.StatusCode < 500 && evidence.State == firmware.CacheEdgeMade {
			t.Fatalf("status %d: %+v", answer.StatusCode, evidence)
		}
		expect, err := newExpectations(&check)
		if err != nil {
			t.Fatal(err)
		}
		err = expect.judgeHead(answer, evidence)
		if good := answer.StatusCode/100 == 2 && answer.Header.Get("X") == "sesame"; err == nil && !good {
			t.Fatalf("status %d and %q pass", answer.StatusCode, answer.Header)
		}
		if err == nil {
			return
		}
		if out := classify(err, phaseAnswer, false); !out.Bad() {
			t.Fatalf("%v is classified as %v", err, out)
		}
		soundText(t, clean(err.Error()))
	})
}

// FuzzChain has a resolver send any answer section, of aliases and of every type there is: circles end, what is told is
// bounded, and records are taken only at the end of the chain.
func FuzzChain(f *testing.F) {
	f.Add(uint16(1), []byte("\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c"), uint8(1))
	f.Add(uint16(28), []byte("\xc0\x0c\x00\x1c\x00\x01\x00\x00\x00\x3c\x00\x10\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), uint8(1))
	f.Add(uint16(16), []byte("\xc0\x0c\x00\x10\x00\x01\xff\xff\xff\xff\x00\x03\x02\x1b["), uint8(1))
	f.Add(uint16(28), []byte("\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x04\x01a\xc0\x0c\x01a\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c"), uint8(2))
	f.Fuzz(func(t *testing.T, kind uint16, answers []byte, n uint8) {
		q, err := newQuestion("shop.example", dnsmessage.Type(kind))
		if err != nil {
			t.Fatal(err)
		}
		message := q.with(nil, 7)
		const answerCount, additionalCount, opt = 7, 11, 11 // places in the header, and the length of our OPT
		message = message[:len(message)-opt]
		message[2], message[answerCount], message[additionalCount] = 0x81, n, 0
		rep, ours := parseReply(append(message, answers...), 7, q)
		if !ours {
			t.Fatal("not taken for ours")
		}
		if again, _ := parseReply(append(message, answers...), 7, q); again.String() != rep.String() {
			t.Fatalf("told as %q, then as %q", rep, again)
		}
		soundText(t, clean(rep.String()))
		if len(rep.records) > int(n) || rep.circular && len(rep.records) > 0 || rep.ttl < 0 || len(rep.records) == 0 && rep.ttl != 0 {
			t.Fatalf("%+v", rep)
		}
		addrs, err := withPort(rep.records, 443)
		if err != nil && isLocal(err) && (q.kind == dnsmessage.TypeA || q.kind == dnsmessage.TypeAAAA) {
			t.Fatalf("an address that is none: %v", err)
		}
		if slices.ContainsFunc(addrs, func(a netip.AddrPort) bool { return !hostly(a.Addr()) }) || len(addrs) == 0 && err == nil {
			t.Fatalf("%v lead to no host", addrs)
		}
	})
}
