package probetest

import (
	"time"

	"edgeprobe.io/firmware"
)

// edgeRows is what caches and edges say of themselves, and what they make themselves.
func edgeRows() []Behaviour {
	const unknown, s = -time.Microsecond, time.Second
	type e = firmware.CacheEvidence
	hit := func(name, does, head string, want e) Behaviour {
		return row(name, does, web(Says(Answer(200, head, "hello"))), firmware.OutcomeOK).status(200).cached(want)
	}
	bad := func(name, does string, status int, head string, made bool) Behaviour {
		r := row(name, does, web(Says(Answer(status, head, ""))), firmware.OutcomeHTTPStatus).status(uint16(status)).cached(e{Fresh: unknown})
		if made {
			r = r.cached(e{State: firmware.CacheEdgeMade, Fresh: unknown}).saying("the edge made this error itself")
		}
		return r
	}
	passedOn := func(b Behaviour, state firmware.CacheState) Behaviour {
		return b.cached(e{State: state, Fresh: unknown})
	}
	return over(firmware.ConnPlain,
		hit("copy-with-age", "a stored copy, 412 s old of 3600 s", "Age: 412\r\nCache-Control: max-age=3600\r\nX-Cache: HIT\r\n", e{State: firmware.CacheHit, Aged: true, Age: 412 * s, Fresh: 3188 * s}),
		hit("copy-stale", "an outdated copy, as the origin does not answer (RFC 9211)", "Cache-Status: edge; hit; ttl=-30\r\n", e{State: firmware.CacheStale}),
		hit("copy-stale-of-cloudflare", "an outdated copy, in Cloudflare's words", "CF-Cache-Status: STALE\r\nAge: 9\r\n", e{State: firmware.CacheStale, Aged: true, Age: 9 * s, Fresh: unknown}),
		hit("miss", "an answer of the origin's", "X-Cache: Miss from cloudfront\r\n", e{State: firmware.CacheMiss, Fresh: unknown}),
		hit("age-negative", "an age of -1", "Age: -1\r\n", e{Fresh: unknown}),
		hit("age-enormous", "an age of 20 digits", "Age: 99999999999999999999\r\n", e{State: firmware.CacheHit, Aged: true, Age: 1 << 31 * s, Fresh: unknown}),
		hit("life-enormous", "a copy for ever", "Cache-Control: max-age=99999999999999999999\r\nAge: 1\r\n", e{State: firmware.CacheHit, Aged: true, Age: s, Fresh: (1<<31 - 1) * s}),
		hit("cache-status-garbage", "a Cache-Status that is no list", "Cache-Status: ;;hit,,\x80\r\nX-Cache: HIT\r\n", e{State: firmware.CacheHit, Fresh: unknown}),
		bad("cloudflare-521", "Cloudflare: the origin is down", 521, "Server: cloudflare\r\nCF-Ray: 1-IAD\r\n", true),
		bad("cloudflare-530", "Cloudflare: no tunnel to the origin", 530, "Server: cloudflare\r\n", true),
		passedOn(bad("cloudflare-passes-on", "Cloudflare passes on the origin's 503", 503, "Server: cloudflare\r\nCF-Cache-Status: DYNAMIC\r\n", false), firmware.CacheMiss),
		bad("521-of-another", "521 of somebody else", 521, "Server: nginx\r\n", false),
		bad("cloudfront-502", "CloudFront: no answer of the origin's", 502, "Server: CloudFront\r\nX-Cache: Error from cloudfront\r\n", true),
		passedOn(bad("cloudfront-passes-on", "CloudFront passes on the origin's 503", 503, "Server: nginx\r\nX-Cache: Error from cloudfront\r\n", false), firmware.CacheMiss),
		bad("akamai-504", "Akamai: no answer of the origin's", 504, "Server: AkamaiGHost\r\n", true),
		bad("proxy-status-error", "an edge that says why (RFC 9209)", 502, "Proxy-Status: edge; error=connection_refused\r\n", true),
		bad("proxy-status-received", "an edge that says what it received", 502, "Proxy-Status: edge; received-status=502\r\n", false),
		bad("error-of-the-origin", "the origin's own 500", 500, "Server: nginx\r\n", false),
	)
}
