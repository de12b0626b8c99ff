package probe

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// unknownFresh says that a copy's remaining life is not known.
const unknownFresh = -time.Microsecond

// mostSeconds is where delta-seconds saturate (RFC 9111 section 1.2.2).
const mostSeconds = 1 << 31

// cacheEvidence reads what an answer says of the caches it came through. What says most is believed first:
// Cache-Status, then CF-Cache-Status, then X-Cache, then an Age that is not 0.
//
// Fresh is what Cache-Status says is left, else s-maxage or max-age less Age; a copy may be served longer than
// that, stale, so it is a least time. stale-if-error is not counted: it permits, and promises nothing.
func cacheEvidence(status int, h http.Header) firmware.CacheEvidence {
	e := firmware.CacheEvidence{Fresh: unknownFresh}
	if edgeMade(status, h) {
		e.State = firmware.CacheEdgeMade
		return e
	}
	if age, ok := seconds(firstOf(h.Get("Age"))); ok {
		e.Aged, e.Age = true, age
	}
	if life, ok := lifetime(h.Values("Cache-Control")); ok {
		e.Fresh = max(0, life-e.Age)
	}
	if state, left, ok := cacheStatus(strings.Join(h.Values("Cache-Status"), ", ")); ok {
		e.State = state
		if left != unknownFresh {
			e.Fresh = left
		}
		return e
	}
	for _, state := range []firmware.CacheState{
		cfCacheStatus(h.Get("CF-Cache-Status")),
		xCache(strings.Join(h.Values("X-Cache"), ",")),
	} {
		if state != firmware.CacheUnknown {
			e.State = state
			return e
		}
	}
	if e.Age > 0 { // not generated or validated by the origin for this request (RFC 9111 section 5.1)
		e.State = firmware.CacheHit
	}
	return e
}

// cacheStatus reads Cache-Status (RFC 9211). The last member is the cache nearest to us; one that forwarded the
// request hands the question to the one before it. Left is unknownFresh when no ttl tells it.
func cacheStatus(field string) (state firmware.CacheState, left time.Duration, ok bool) {
	list, ok := parseList(field)
	if !ok || len(list) == 0 {
		return firmware.CacheUnknown, unknownFresh, false
	}
	left = unknownFresh
	for i := len(list) - 1; i >= 0; i-- {
		m := list[i]
		ttl, timed := m.integer("ttl")
		if timed && left == unknownFresh {
			left = time.Duration(min(max(ttl, 0), mostSeconds)) * time.Second
		}
		status, _ := m.integer("fwd-status")
		switch {
		case m.is("hit") && timed && ttl < 0,
			m.text("fwd") == "stale" && status >= 500: // asked, failed, and what is here is the old copy
			return firmware.CacheStale, left, true
		case m.is("hit"):
			return firmware.CacheHit, left, true
		case m.text("fwd") != "", m.is("collapsed"):
			state = firmware.CacheMiss
		}
	}
	return state, left, state != firmware.CacheUnknown
}

// cfCacheStatus reads Cloudflare's word. UPDATING is a copy served while it is renewed, which is no sign of a
// bad origin; STALE is one.
func cfCacheStatus(word string) firmware.CacheState {
	switch strings.ToUpper(word) {
	case "HIT", "UPDATING":
		return firmware.CacheHit
	case "STALE":
		return firmware.CacheStale
	case "MISS", "EXPIRED", "REVALIDATED", "BYPASS", "DYNAMIC":
		return firmware.CacheMiss
	}
	return firmware.CacheUnknown
}

// xCache reads the X-Cache of CloudFront, Fastly, Akamai, Squid, Varnish and nginx: one entry per cache, of
// which the first word counts. A copy anywhere on the way is a copy. A refreshed one was confirmed by the origin.
func xCache(field string) (state firmware.CacheState) {
	for entry := range strings.SplitSeq(field, ",") {
		word, _, _ := strings.Cut(strings.TrimSpace(entry), " ")
		word = strings.TrimPrefix(strings.ToUpper(word), "TCP_")
		state = max(state, xCacheWord(word))
	}
	return state
}

func xCacheWord(word string) firmware.CacheState {
	switch word {
	case "HIT", "MEM_HIT", "IMS_HIT", "NEGATIVE_HIT", "OFFLINE_HIT", "UPDATING":
		return firmware.CacheHit
	case "STALE", "REFRESH_FAIL_HIT", "REFRESH_FAIL_OLD":
		return firmware.CacheStale
	case "MISS", "REFRESHHIT", "REFRESH_HIT", "REFRESH_MISS", "ERROR", "EXPIRED", "REVALIDATED", "BYPASS", "PASS",
		"CLIENT_REFRESH_MISS", "SWAPFAIL_MISS":
		return firmware.CacheMiss
	}
	return firmware.CacheUnknown
}

// lifetime reads how long Cache-Control lets a shared cache call an answer fresh (RFC 9111 section 4.2.1).
func lifetime(fields []string) (life time.Duration, ok bool) {
	shared := false
	for _, field := range fields {
		for directive := range strings.SplitSeq(field, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			age, valid := seconds(strings.Trim(value, `"`))
			switch {
			case !valid || shared:
			case strings.EqualFold(name, "s-maxage"):
				life, ok, shared = age, true, true
			case strings.EqualFold(name, "max-age") && !ok:
				life, ok = age, true
			}
		}
	}
	return life, ok
}

// seconds reads delta-seconds; more than fits saturates.
func seconds(s string) (time.Duration, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = mostSeconds
	}
	return time.Duration(min(n, mostSeconds)) * time.Second, true
}

// firstOf returns the first entry of a list: what RFC 9111 section 5.1 says of an Age sent twice.
func firstOf(field string) string {
	first, _, _ := strings.Cut(field, ",")
	return strings.TrimSpace(first)
}
