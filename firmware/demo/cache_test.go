package demo

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// backend is an origin as a function, with the clock that the cache goes by.
type backend struct {
	asked   int
	last    *http.Request
	status  int // 0: the connection fails
	caching string
	now     time.Time
}

func (b *backend) RoundTrip(req *http.Request) (*http.Response, error) {
	b.asked++
	b.last = req
	if b.status == 0 {
		return nil, errors.New("refused")
	}
	h := http.Header{"Cache-Control": {b.caching}, "Etag": {`"1"`}}
	return &http.Response{StatusCode: b.status, Header: h, Body: io.NopCloser(strings.NewReader("body")), Request: req}, nil
}

func (b *backend) cache() *cache { return newCache("c", b, func() time.Time { return b.now }) }

func ask(t interface{ Fatal(...any) }, c *cache, method string) (*http.Response, error) {
	req, err := http.NewRequest(method, "http://origin/x?y=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.RoundTrip(req)
}

func newBackend(caching string) *backend {
	return &backend{status: 200, caching: caching, now: time.Unix(1000, 0)}
}

// TestCacheLives follows one entry through its life.
func TestCacheLives(t *testing.T) {
	b := newBackend("public, max-age=10, stale-if-error=60")
	c := b.cache()
	for i, s := range []struct {
		after  time.Duration
		origin int
		status int
		cached string // X-Cache, and a part of Cache-Status
		how    string
		age    string
	}{
		{0, 200, 200, "MISS", "c; fwd=uri-miss; fwd-status=200; stored; ttl=10", "0"},
		{9 * time.Second, 0, 200, "HIT", "c; hit; ttl=1", "9"},
		{time.Second, 503, 200, "STALE", "c; fwd=stale; fwd-status=503; detail=stale-if-error; ttl=0", "10"},
		{50 * time.Second, 0, 200, "STALE", "c; fwd=stale; fwd-status=502; detail=stale-if-error; ttl=-50", "60"},
		{time.Second, 304, 200, "REVALIDATED", "c; fwd=stale; fwd-status=304; ttl=10", "0"},
		{12 * time.Second, 200, 200, "MISS", "c; fwd=stale; fwd-status=200; stored; ttl=10", "0"},
		{70 * time.Second, 503, 503, "MISS", "c; fwd=stale; fwd-status=503", ""},
	} {
		b.now, b.status = b.now.Add(s.after), s.origin
		resp, err := ask(t, c, http.MethodGet)
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		h := resp.Header
		if resp.StatusCode != s.status || h.Get("X-Cache") != s.cached || h.Get("Cache-Status") != s.how || h.Get("Age") != s.age {
			t.Errorf("step %d: %d %v, want %+v", i, resp.StatusCode, h, s)
		}
		if tag := b.last.Header.Get("If-None-Match"); s.how[3:12] == "fwd=stale" && tag != `"1"` {
			t.Errorf("step %d: validated without the entity tag", i)
		}
	}
	if _, err := ask(t, c, http.MethodGet); err != nil {
		t.Fatal(err)
	}
	b.status = 0
	if _, err := ask(t, c, http.MethodGet); err == nil {
		t.Error("a dead origin and a copy that is too old gave an answer")
	}
}

func TestLifetime(t *testing.T) {
	for _, tc := range []struct {
		caching        string
		fresh, onError time.Duration
	}{
		{"max-age=5", 5 * time.Second, 0},
		{"max-age=5, s-maxage=60", time.Minute, 0},
		{"S-MaxAge=0, max-age=5", 0, 0},
		{`max-age="7" , stale-if-error=9`, 7 * time.Second, 9 * time.Second},
		{"max-age=5, stale-if-error=9, must-revalidate", 5 * time.Second, 0},
		{"s-maxage=5, stale-if-error=9", 5 * time.Second, 0},
		{"max-age=-5", 0, 0},
		{"max-age=soon", 0, 0},
		{"", 0, 0},
	} {
		fresh, onError := parseDirectives(http.Header{"Cache-Control": {tc.caching}}).lifetime()
		if fresh != tc.fresh || onError != tc.onError {
			t.Errorf("%q: %v and %v, want %v and %v", tc.caching, fresh, onError, tc.fresh, tc.onError)
		}
	}
}

func TestNotStored(t *testing.T) {
	for _, caching := range []string{"no-store, max-age=9", "private, max-age=9", "max-age=9, no-cache", "public", "max-age=0"} {
		b := newBackend(caching)
		c := b.cache()
		for range 2 {
			if _, err := ask(t, c, http.MethodGet); err != nil {
				t.Fatal(err)
			}
		}
		if b.asked != 2 {
			t.Errorf("%q was stored", caching)
		}
	}
}

func TestWritingInvalidates(t *testing.T) {
	b := newBackend("max-age=9")
	c := b.cache()
	for _, method := range []string{"GET", "HEAD", "PUT", "GET"} {
		if _, err := ask(t, c, method); err != nil {
			t.Fatal(err)
		}
	}
	if b.asked != 3 {
		t.Errorf("the origin was asked %d times, want 3: once, for the PUT, and again", b.asked)
	}
}

// TestNeverOlderThanAllowed: whatever the origin and the clock do, a copy is shown only while its own words allow
// it, and says its age.
func TestNeverOlderThanAllowed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fresh := rapid.IntRange(1, 20).Draw(t, "fresh")
		onError := rapid.IntRange(0, 20).Draw(t, "onError")
		b := newBackend("max-age=" + strconv.Itoa(fresh) + ", stale-if-error=" + strconv.Itoa(onError))
		c := b.cache()
		var good time.Time // the origin's last word that the copy holds
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			b.now = b.now.Add(time.Duration(rapid.IntRange(0, 8000).Draw(t, "ms")) * time.Millisecond)
			b.status = rapid.SampledFrom([]int{0, 200, 304, 503}).Draw(t, "origin")
			if b.status == 304 && good.IsZero() {
				b.status = 200
			}
			before := b.asked
			resp, err := ask(t, c, http.MethodGet)
			if b.asked > before && (b.status == 200 || b.status == 304 && err == nil && resp.StatusCode == 200) {
				good = b.now
			}
			if err != nil || resp.StatusCode != 200 {
				continue
			}
			age := b.now.Sub(good)
			limit := time.Duration(fresh) * time.Second
			if b.asked > before {
				limit += time.Duration(onError) * time.Second
			}
			if age > limit || resp.Header.Get("Age") != strconv.Itoa(int(age.Seconds())) {
				t.Fatalf("a copy %v old (%s) was shown, %v is allowed", age, resp.Header.Get("Age"), limit)
			}
		}
	})
}

func FuzzDirectives(f *testing.F) {
	f.Add("public, max-age=300, s-maxage=3600")
	f.Add(`max-age="7" , stale-if-error=9999999999999,=,`)
	f.Fuzz(func(t *testing.T, line string) {
		fresh, onError := parseDirectives(http.Header{"Cache-Control": {line}}).lifetime()
		if fresh < 0 || onError < 0 {
			t.Errorf("%q gives %v and %v", line, fresh, onError)
		}
	})
}
