package demo

import (
	"maps"
	"net/http"
	"strconv"
	"time"
)

// entry is a stored answer; its header and body are never changed.
type entry struct {
	header  http.Header
	body    []byte
	stored  time.Time
	age     time.Duration // it already had when stored
	fresh   time.Duration // how old it may become
	onError time.Duration // how much older while the origin fails
}

func (e entry) ageAt(t time.Time) time.Duration { return e.age + t.Sub(e.stored) }

// ttl is the rest of its freshness, negative when it is stale.
func (e entry) ttl(t time.Time) time.Duration { return e.fresh - e.ageAt(t) }

// usableOnError reports whether it may be shown while the origin fails.
func (e entry) usableOnError(t time.Time) bool { return e.ttl(t)+e.onError > 0 }

func newEntry(h http.Header, body []byte, now time.Time) entry {
	fresh, onError := parseDirectives(h).lifetime()
	age, _ := strconv.ParseUint(h.Get("Age"), 10, 31)
	return entry{h.Clone(), body, now, time.Duration(age) * time.Second, fresh, onError}
}

// renewed is the entry after the origin said that it still holds (RFC 9111 section 3.2).
func (e entry) renewed(h http.Header, now time.Time) entry {
	header := e.header.Clone()
	h = h.Clone()
	h.Del("Content-Length")
	h.Del("Content-Type")
	maps.Copy(header, h)
	return newEntry(header, e.body, now)
}
