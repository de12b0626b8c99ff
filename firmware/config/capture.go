package config

import (
	"net/http"
	"regexp"
	"strings"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// capture reads what a step takes from its answer.
func (b *builder) capture(raw *rawCapture, step *rawStep) firmware.Capture {
	c := firmware.Capture{
		Name: string(raw.Name.V), Header: raw.Header.V, JSON: raw.JSON.V, URL: raw.URL.V,
		Script: b.pattern(raw.Script), Match: b.pattern(raw.Match),
	}
	var given []string
	for key, k := range map[string]keyed{
		"header": raw.Header.keyed(), "json": raw.JSON.keyed(), "script": raw.Script.keyed(), "url": raw.URL.keyed(),
	} {
		if k.given {
			given = append(given, key)
		}
	}
	switch {
	case len(given) > 1 || len(given) == 0 && !raw.Match.Given:
		b.add(raw.at, kindSource, "", len(given))
	case raw.Header.OK && !headerName.MatchString(raw.Header.V):
		b.add(raw.Header.at, kindHeader, "use a name of letters, digits and dashes", raw.Header.V)
	case raw.JSON.OK && probe.ValidJSONPath(raw.JSON.V) != nil:
		b.add(raw.JSON.at, kindJSONPath, "", raw.JSON.V)
	case raw.URL.OK && !raw.URL.V:
		b.misplaced("a capture when it is false", raw.URL.keyed())
	}
	if step.Method.V == http.MethodHead {
		what := "a HEAD request, whose answer has no body"
		b.misplaced(what, raw.JSON.keyed(), raw.Script.keyed())
		if len(given) == 0 {
			b.misplaced(what, raw.Match.keyed())
		}
	}
	return c
}

var sha256Text = regexp.MustCompile(`^[0-9A-Fa-f]{64}$`)

// digest reads the SHA-256 of a body.
func (b *builder) digest(v val[string]) string {
	if v.OK && !sha256Text.MatchString(v.V) {
		b.add(v.at, kindDigest, "", v.V)
	}
	return strings.ToLower(v.V)
}
