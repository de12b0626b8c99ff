package probe

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"edgeprobe.io/firmware"
)

// FuzzHTTP2 has a server send anything: an answer is whole and as expected, or bad, and never this device's fault.
func FuzzHTTP2(f *testing.F) {
	var good bytes.Buffer
	w := http2.NewFramer(&good, nil)
	w.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10})
	w.WriteWindowUpdate(1, 3)
	w.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x88}, EndHeaders: true}) // :status 200
	w.WriteData(1, true, []byte("hello"))
	f.Add(good.Bytes())
	f.Add(append(good.Bytes()[:30:30], 0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 7))
	check := firmware.HTTPCheck{URL: "https://shop.example/", Method: "POST", Body: "part", Protocol: 2, ExpectBody: "hel*o", MaxBytes: 100}
	f.Fuzz(func(t *testing.T, answer []byte) {
		h := httpProbe{check: &check}
		var err error
		if h.expect, err = newExpectations(&check); err != nil {
			t.Fatal(err)
		}
		target, err := newTarget(&check)
		if err != nil {
			t.Fatal(err)
		}
		at := hop{target: target, body: check.Body}
		if at.request, at.raw, err = newRequest(&check, target, "fuzz"); err != nil {
			t.Fatal(err)
		}
		r := run{parent: t.Context(), deadline: time.Now().Add(time.Minute)}
		_, err = h.exchange2(&r, &canned{rest: answer}, &at)
		soundEvidence(t, r.result.Cache)
		if r.result.Bytes > 100 || err == nil && (r.result.Bytes < 3 || r.result.Status < 200 || r.result.Status > 299) {
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
