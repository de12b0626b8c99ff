package wire_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"

	"edgeprobe.io/firmware/wire"
)

func TestOpenRejects(t *testing.T) {
	topic := wire.Vote("berlin", "api")
	good, err := wire.Sign(topic, key(1), sample())
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := wire.Sign(topic, nil, sample())
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Replace(good, []byte(`"fail"`), []byte(`"pass"`), 1)
	spaced := bytes.Replace(good, []byte(`"epoch":`), []byte(`"epoch": `), 1)
	for name, c := range map[string]struct {
		topic   string
		payload []byte
		pub     ed25519.PublicKey
	}{
		"another device's key":     {topic, good, public(key(2))},
		"no key in the fleet":      {topic, good, nil},
		"no signature":             {topic, unsigned, public(key(1))},
		"another service's topic":  {wire.Vote("berlin", "web"), good, public(key(1))},
		"another device's topic":   {wire.Vote("newyork", "api"), good, public(key(1))},
		"another kind of topic":    {wire.Heartbeat("berlin"), good, public(key(1))},
		"a changed vote":           {topic, flipped, public(key(1))},
		"other bytes, same JSON":   {topic, spaced, public(key(1))},
		"too long":                 {topic, append(good[:len(good):len(good)], bytes.Repeat([]byte(" "), wire.MaxSigned)...), public(key(1))},
		"cut off":                  {topic, good[:len(good)-1], public(key(1))},
		"something after it":       {topic, append(good[:len(good):len(good)], "{}"...), public(key(1))},
		"nothing":                  {topic, nil, public(key(1))},
		"a topic of nobody":        {"edgeprobe/v1/berlin/gossip", good, public(key(1))},
		"a kind that peers ignore": {wire.Event("berlin"), signRaw(wire.Event("berlin"), `{"device":"berlin"}`), public(key(1))},
	} {
		if h, err := wire.Open(c.topic, c.payload, c.pub); err == nil {
			t.Errorf("%s: opened as %+v", name, h)
		}
	}
}

// signRaw signs any bytes, as a device with a broken program might.
func signRaw(topic, raw string) []byte {
	return fmt.Appendf(nil, `{"signed":%s,"signature":"%s"}`, raw, base64of(ed25519.Sign(key(1), []byte(topic+"\n"+raw))))
}

func TestOpenBoundsWhatIsSigned(t *testing.T) {
	const head = `"device":"berlin","epoch":9,"sequence":1`
	vote := func(fields string) string { return `{` + head + `,"service":"api","votes":[{` + fields + `}]}` }
	beat := func(fields string) string { return `{` + head + `,` + fields + `}` }
	many := func(n int, one string) string { return strings.TrimSuffix(strings.Repeat(one+",", n), ",") }
	for name, c := range map[string]struct{ topic, raw string }{
		"another device signed":  {wire.Vote("berlin", "api"), `{"device":"newyork","epoch":9,"sequence":1,"service":"api","votes":[]}`},
		"another service signed": {wire.Vote("berlin", "api"), `{` + head + `,"service":"web","votes":[]}`},
		"no epoch":               {wire.Vote("berlin", "api"), `{"device":"berlin","sequence":1,"service":"api","votes":[]}`},
		"epoch over 2^53":        {wire.Vote("berlin", "api"), `{"device":"berlin","epoch":9007199254740992,"sequence":1,"service":"api","votes":[]}`},
		"negative sequence":      {wire.Vote("berlin", "api"), `{"device":"berlin","epoch":9,"sequence":-1,"service":"api","votes":[]}`},
		"wrong type":             {wire.Vote("berlin", "api"), `{` + head + `,"service":"api","votes":{}}`},
		"unknown state":          {wire.Vote("berlin", "api"), vote(`"uplink":"eth0","state":"maybe","valid_for_ms":1`)},
		"unknown impact":         {wire.Vote("berlin", "api"), vote(`"uplink":"eth0","state":"fail","impact":"dire","valid_for_ms":1`)},
		"uplink of no name":      {wire.Vote("berlin", "api"), vote(`"uplink":"ETH","state":"fail","valid_for_ms":1`)},
		"negative age":           {wire.Vote("berlin", "api"), vote(`"uplink":"eth0","state":"fail","age_ms":-5,"valid_for_ms":1`)},
		"age of a year":          {wire.Vote("berlin", "api"), vote(`"uplink":"eth0","state":"fail","age_ms":31536000000,"valid_for_ms":1`)},
		"validity of a year":     {wire.Vote("berlin", "api"), vote(`"uplink":"eth0","state":"fail","valid_for_ms":31536000000`)},
		"another's episode":      {wire.Vote("berlin", "api"), vote(`"uplink":"eth0","state":"fail","valid_for_ms":1,"episode":"newyork/0000000000000009/1"`)},
		"a long sentence":        {wire.Vote("berlin", "api"), vote(`"uplink":"eth0","state":"fail","valid_for_ms":1,"why":"` + strings.Repeat("x", 241) + `"`)},
		"the same vote twice":    {wire.Vote("berlin", "api"), `{` + head + `,"service":"api","votes":[` + many(2, `{"uplink":"eth0","state":"pass","valid_for_ms":1}`) + `]}`},
		"no lease":               {wire.Heartbeat("berlin"), beat(`"stands":[]`)},
		"lease of a day":         {wire.Heartbeat("berlin"), beat(`"every_ms":86400000,"stands":[]`)},
		"a service twice":        {wire.Heartbeat("berlin"), beat(`"every_ms":1,"stands":[` + many(2, `{"service":"api","sequence":1,"ages_ms":[]}`) + `]`)},
		"65 ages":                {wire.Heartbeat("berlin"), beat(`"every_ms":1,"stands":[{"service":"api","sequence":1,"ages_ms":[` + many(65, "1") + `]}]`)},
		"ack of no incident":     {wire.Ack("berlin", "api"), `{"device":"berlin","service":"api","incident":"","by":"ada"}`},
	} {
		if h, err := wire.Open(c.topic, signRaw(c.topic, c.raw), public(key(1))); err == nil {
			t.Errorf("%s: opened as %+v", name, h)
		}
	}
	grown := vote(`"uplink":"eth0","state":"pass","valid_for_ms":1,"mood":"new in v1.7"`)
	if _, err := wire.Open(wire.Vote("berlin", "api"), signRaw(wire.Vote("berlin", "api"), grown), public(key(1))); err != nil {
		t.Errorf("a field added later was rejected: %v", err)
	}
}
