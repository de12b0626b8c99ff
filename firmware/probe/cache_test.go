package probe

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

func TestCacheEvidence(t *testing.T) {
	const none, s = unknownFresh, time.Second
	type e = firmware.CacheEvidence
	for _, tc := range []struct {
		head string
		want e
	}{
		{"", e{Fresh: none}},
		{"Age: 0", e{Aged: true, Fresh: none}},
		{"Age: 412", e{State: firmware.CacheHit, Aged: true, Age: 412 * s, Fresh: none}},
		{"Age: 412\nCache-Control: public, max-age=3600\nX-Cache: HIT", e{State: firmware.CacheHit, Aged: true, Age: 412 * s, Fresh: 3188 * s}},
		{"Age: 10\nCache-Control: max-age=3600, s-maxage=\"60\"\nX-Cache: HIT", e{State: firmware.CacheHit, Aged: true, Age: 10 * s, Fresh: 50 * s}},
		{"Age: 90\nCache-Control: S-MAXAGE=60", e{State: firmware.CacheHit, Aged: true, Age: 90 * s, Fresh: 0}},
		{"Age: 99999999999999999999", e{State: firmware.CacheHit, Aged: true, Age: mostSeconds * s, Fresh: none}},
		{"Age: -1", e{Fresh: none}},
		{"Cache-Control: max-age=60", e{Fresh: 60 * s}},
		{"X-Cache: Hit from cloudfront", e{State: firmware.CacheHit, Fresh: none}},
		{"X-Cache: RefreshHit from cloudfront", e{State: firmware.CacheMiss, Fresh: none}},
		{"X-Cache: Error from cloudfront", e{State: firmware.CacheMiss, Fresh: none}},
		{"X-Cache: MISS, HIT", e{State: firmware.CacheHit, Fresh: none}},
		{"X-Cache: HIT\nX-Cache: MISS", e{State: firmware.CacheHit, Fresh: none}},
		{"X-Cache: TCP_REFRESH_FAIL_HIT from a1.example (AkamaiGHost)", e{State: firmware.CacheStale, Fresh: none}},
		{"X-Cache: TCP_REFRESH_HIT", e{State: firmware.CacheMiss, Fresh: none}},
		{"CF-Cache-Status: HIT", e{State: firmware.CacheHit, Fresh: none}},
		{"CF-Cache-Status: STALE\nX-Cache: MISS", e{State: firmware.CacheStale, Fresh: none}},
		{"CF-Cache-Status: DYNAMIC", e{State: firmware.CacheMiss, Fresh: none}},
		{"Cache-Status: Edge; hit; ttl=30; key=\"a, b\"", e{State: firmware.CacheHit, Fresh: 30 * s}},
		{"Cache-Status: Edge; hit; ttl=-412", e{State: firmware.CacheStale, Fresh: 0}},
		{"Cache-Status: \"Edge 1\"; fwd=uri-miss; stored", e{State: firmware.CacheMiss, Fresh: none}},
		{"Cache-Status: Edge; fwd=stale; fwd-status=503", e{State: firmware.CacheStale, Fresh: none}},
		{"Cache-Status: Edge; fwd=stale; fwd-status=304; ttl=60", e{State: firmware.CacheMiss, Fresh: 60 * s}},
		{"Cache-Status: Edge; fwd=uri-miss; collapsed", e{State: firmware.CacheMiss, Fresh: none}},
		{"Cache-Status: Shield; hit; ttl=90, Edge; fwd=uri-miss", e{State: firmware.CacheHit, Fresh: 90 * s}},
		{"Cache-Status: Shield; fwd=miss\nCache-Status: Edge; hit; ttl=5", e{State: firmware.CacheHit, Fresh: 5 * s}},
		{"Cache-Status: Shield; hit; ttl=-9, Edge; hit; ttl=5", e{State: firmware.CacheHit, Fresh: 5 * s}},
		{"Cache-Status: Edge; hit=?0; fwd=miss", e{State: firmware.CacheMiss, Fresh: none}},
		{"Cache-Status: Edge; hit,\nX-Cache: MISS", e{State: firmware.CacheMiss, Fresh: none}}, // not a list: says nothing
		{"Cache-Status: Edge\nX-Cache: HIT", e{State: firmware.CacheHit, Fresh: none}},
	} {
		h := http.Header{}
		for line := range strings.SplitSeq(tc.head, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok {
				h.Add(name, value)
			}
		}
		if got := cacheEvidence(200, h); got != tc.want {
			t.Errorf("%q\n got %+v\nwant %+v", tc.head, got, tc.want)
		}
	}
}

func TestParseListRefuses(t *testing.T) {
	for _, field := range []string{",", "a,", "a b", "1", "?1", "(a b)", "a;", "a;=1", "a;B", "a;b=", "a;b=?2", "a;b=\"", "a;b=\"\\x\"", "a;b=1.",
		"a;b=1.2345", "a;b=1234567890123456", "a;b=:x", "a;b=:\x01:", "a;b=@x", "a;b=é", "a;b=-", "a,,b"} {
		if list, ok := parseList(field); ok {
			t.Errorf("%q was read as %v", field, list)
		}
	}
	for _, field := range []string{"", "a", "\"a\"", "a;b", "a;b=1;c=1.5;d=\"x\\\"\";e=tok/en;f=?0;g=:YQ==:;h=@12", "*a , b\t,c"} {
		if _, ok := parseList(field); !ok {
			t.Errorf("%q was not read", field)
		}
	}
}

func soundEvidence(t testing.TB, e firmware.CacheEvidence) {
	if e.State > firmware.CacheEdgeMade || e.Age < 0 || e.Fresh < unknownFresh || e.Age%time.Microsecond != 0 || e.Fresh%time.Microsecond != 0 || !e.Aged && e.Age != 0 {
		t.Fatalf("not sound: %+v", e)
	}
}

func FuzzCacheEvidence(f *testing.F) {
	f.Add("Edge; hit; ttl=-412, Inner; fwd=stale; fwd-status=503", "Hit from cloudfront, MISS", "STALE", "412", "max-age=3600, s-maxage=\"7\", stale-if-error=60")
	f.Fuzz(func(t *testing.T, status, x, cf, age, control string) {
		soundEvidence(t, cacheEvidence(200, http.Header{"Cache-Status": {status, status}, "X-Cache": {x}, "Cf-Cache-Status": {cf}, "Age": {age}, "Cache-Control": {control, control}}))
	})
}

func FuzzReply(f *testing.F) {
	q, err := newQuestion("shop.example", dnsmessage.TypeA)
	if err != nil {
		f.Fatal(err)
	}
	name := dnsmessage.MustNewName("shop.example.")
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 7, Response: true},
		Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
		Answers: []dnsmessage.Resource{
			{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.CNAMEResource{CNAME: name}},
			{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, 1}}},
		},
	}
	raw, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(q.with(nil, 7))
	f.Fuzz(func(t *testing.T, message []byte) {
		rep, ours := parseReply(message, 7, q)
		if !ours {
			return
		}
		if len(message) < 12 || message[0] != 0 || message[1] != 7 || message[2]&0x80 == 0 {
			t.Fatal("a foreign message is taken as ours")
		}
		if verdict := rep.verdict(q); (verdict == nil) != (rep.rcode == 0 && !rep.malformed && len(rep.records) > 0) {
			t.Fatalf("%+v: %v", rep, verdict)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 103 x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.0 500\r\n\r\n", "\x16\x03\x01"} {
		f.Add([]byte(s))
	}
	check := firmware.HTTPCheck{URL: "http://shop.example/", ExpectBody: "hel*o", Marker: "l+", MaxBytes: 100, ExpectHead: map[string]string{"X": "y"}}
	f.Fuzz(func(t *testing.T, answer []byte) {
		h := httpProbe{check: &check, in: bufio.NewReader(nil)}
		var err error
		if h.first, err = newHop(&check, nil, Settings{}); err != nil {
			t.Fatal(err)
		}
		if h.expect, err = newExpectations(&check); err != nil {
			t.Fatal(err)
		}
		r := run{parent: t.Context(), deadline: time.Now().Add(time.Minute)}
		_, err = h.exchange(&r, &canned{rest: answer}, &h.first)
		soundEvidence(t, r.result.Cache)
		if r.result.Bytes > 100 || err == nil && r.result.Bytes == 0 || err == nil && (r.result.Status < 200 || r.result.Status > 299) {
			t.Fatalf("%+v: %v", r.result, err)
		}
		if err == nil {
			return
		}
		if out := classify(err, r.phase, false); out.OK() || out.Void() {
			t.Fatalf("%v is classified as %v", err, out)
		}
	})
}

// TestEveryFailureHasWords draws errors and phases.
func TestEveryFailureHasWords(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := run{parent: t.Context(), phase: phase(rapid.IntRange(0, 4).Draw(rt, "phase"))}
		out := firmware.Outcome(rapid.IntRange(2, int(firmware.OutcomeLast)).Draw(rt, "outcome"))
		if text := describe(out, http.ErrBodyNotAllowed, &r, time.Second); text == "" {
			rt.Fatalf("%v has no words", out)
		}
	})
}
