package probe

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"edgeprobe.io/firmware"
)

// FuzzCapturedURL expands a hostile value into each place of a URL: it never changes where the request goes, unless it
// is the whole URL, and then it goes only where the check allows.
func FuzzCapturedURL(f *testing.F) {
	for _, v := range []string{"7", "../../admin", "?a=b", "#", "@evil.example/", "//evil.example", "%2e%2e", "a b", "${x}", "https://evil.example/", "http://up.example:443/"} {
		f.Add(v)
	}
	t := &transaction{onlyTLS: true, hosts: map[string]bool{"up.example:443": true}}
	f.Fuzz(func(tt *testing.T, value string) {
		if !sane([]byte(value)) {
			return
		}
		v := values{"x": value}
		for _, text := range []string{"https://up.example/${x}", "https://up.example/files/${x}/part?n=1", "https://up.example/?q=${x}&r=1", "https://up.example/a#${x}"} {
			u, err := url.Parse(v.expandURL(text))
			if err != nil || !t.allows(u) || u.Scheme != "https" || strings.Contains(text, "r=1") && u.Query().Get("r") != "1" {
				tt.Errorf("%q in %q leads to %v (%v)", value, text, u, err)
			}
			if q := u.Query(); strings.Contains(text, "q=") && q.Get("q") != value {
				tt.Errorf("%q arrives as %q", value, q.Get("q"))
			}
		}
		if u, err := url.Parse(v.expandURL("${x}")); err == nil && t.allows(u) && (u.Scheme != "https" || u.Host != "up.example" && !strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), "up.example")) {
			tt.Errorf("%q is allowed to lead to %v", value, u)
		}
	})
}

// FuzzExpand holds that names are found exactly where values are put in, and that a value is never read again.
func FuzzExpand(f *testing.F) {
	for _, text := range []string{"", "a${b}c", "${a}${b}", "$${a}", "${", "${}", "${A}", "${a", "}${a}{"} {
		f.Add(text, "${b}")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		names, err := CapturedNames(text)
		if err != nil {
			return
		}
		v, want := values{}, text
		for _, name := range names {
			v[name] = value
			if firmware.ValidName(name) != nil {
				t.Fatalf("%q is a name", name)
			}
		}
		pairs := []string{}
		for _, name := range names {
			pairs = append(pairs, openName+name+closeName, value)
		}
		want = strings.NewReplacer(pairs...).Replace(text)
		if got := v.expand(text); got != want {
			t.Errorf("%q with %q is %q, want %q", text, value, got, want)
		}
	})
}

// FuzzCapture takes values from hostile answers: what is taken is short, on one line, and of an allowed host where it
// is a URL; what is not is said without a word of the answer.
func FuzzCapture(f *testing.F) {
	for _, page := range []string{"", `<script src=/recorder.js>`, `<base href=//evil.example><script src="recorder.js">`, `<script src="javascript:recorder.js">`, "id=7\r\n", `{"id": "7"}`} {
		f.Add([]byte(page), page)
	}
	tr := &transaction{hosts: map[string]bool{"shop.example:80": true}}
	var all []capture
	for _, def := range []firmware.Capture{
		{Name: "script", Script: "recorder"}, {Name: "header", Header: "X"}, {Name: "place", Header: "Location"},
		{Name: "json", JSON: "$.id"}, {Name: "body", Match: "id=(.*)"}, {Name: "part", Header: "X", Match: "(a)?b"}, {Name: "where", URL: true},
	} {
		c, err := newCapture(def, tr.allows)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, c)
	}
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		a := &http.Response{Header: http.Header{"X": {header}, "Location": {header}}, Request: &http.Request{URL: &url.URL{Scheme: "http", Host: "shop.example", Path: "/"}}}
		for _, c := range all {
			text, err := c.take(a, body, time.Now().Add(time.Minute))
			m, missed := errors.AsType[*miss](err)
			switch {
			case err != nil && !missed:
				t.Errorf("%s: %v", c.Name, err)
			case missed && (len(m.detail) > 150 || m.outcome == firmware.OutcomeMissed):
				t.Errorf("%s: %v %q", c.Name, m.outcome, m.detail)
			case missed:
				continue
			case text == "" || len(text) > maxValue || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
				t.Errorf("%s captures %q", c.Name, text)
			}
			if c.Name == "script" || c.Name == "place" {
				if u, err := url.Parse(text); err != nil || !tr.allows(u) {
					t.Errorf("%s leads to %q", c.Name, text)
				}
			}
		}
	})
}
