package probe

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// scriptURL returns where the page's script is. A page that has it twice is as wrong as one that lacks it: it would
// run twice.
func (c capture) scriptURL(page *url.URL, body []byte, deadline time.Time) ([]byte, error) {
	var found *url.URL
	n := 0
	err := eachScript(page, body, deadline, func(at *url.URL, text string) {
		if c.script.matchString(text) {
			found = at
			n++
		}
	})
	switch {
	case err != nil:
		return nil, err
	case n == 0:
		return nil, &miss{detail: "is not on the page: no script element has such a URL"}
	case n > 1:
		return nil, &miss{detail: "is on the page more than once"}
	case found == nil || !c.allows(found):
		return nil, &miss{detail: "leads to a host that is not allowed"}
	}
	return []byte(found.String()), nil
}

// eachScript calls visit with the source of every script element that a browser would load, as a URL and as text; nil
// is what cannot be one. Scripts in comments, in noscript and in templates are none.
func eachScript(page *url.URL, body []byte, deadline time.Time, visit func(*url.URL, string)) error {
	z := html.NewTokenizer(bytes.NewReader(body))
	base, based, inert := page, false, 0
	for i := 0; ; i++ {
		if i&255 == 0 && time.Now().After(deadline) {
			return localError{errors.New("this device was too slow to read the page")}
		}
		kind := z.Next()
		if kind == html.ErrorToken {
			return nil // the end: a reader of bytes has no other error
		}
		name, attributes := z.TagName()
		tag := atom.Lookup(name)
		switch {
		case tag == atom.Noscript || tag == atom.Template:
			inert = nested(inert, kind)
		case kind == html.EndTagToken || !attributes || inert > 0:
		case tag == atom.Script:
			if src, ok := attribute(z, "src"); ok {
				visit(resolved(base, src))
			}
		case tag == atom.Base && !based:
			if href, ok := attribute(z, "href"); ok {
				if at, _ := resolved(page, href); at != nil {
					base, based = at, true
				}
			}
		}
	}
}

// nested is how many elements that show nothing are open after one more of their tags.
func nested(open int, kind html.TokenType) int {
	switch kind {
	case html.StartTagToken:
		return open + 1
	case html.EndTagToken:
		return max(0, open-1)
	}
	return open
}

// attribute returns the first attribute of that name.
func attribute(z *html.Tokenizer, name string) (value string, ok bool) {
	for {
		key, v, more := z.TagAttr()
		if string(key) == name {
			return strings.Trim(string(v), " \t\r\n\f"), true
		}
		if !more {
			return "", false
		}
	}
}

func resolved(base *url.URL, ref string) (*url.URL, string) {
	at, err := base.Parse(ref)
	if err != nil {
		return nil, ref
	}
	at.Fragment = ""
	return at, at.String()
}
