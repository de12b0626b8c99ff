package statuspage

import (
	"strings"

	"golang.org/x/net/html"
)

// What the page is built from. Words are escaped when the page is written, wherever they stand; tags and the keys of
// attributes have types of their own, so that no string from afar can become one.
type (
	tag   string
	key   string
	piece interface{ into(parent *html.Node) } // goes into an element
	text  string                               // words
	attr  struct {
		key   key
		value string
	}
	group   []piece // several pieces, or none
	element struct{ node *html.Node }
)

func (t text) into(parent *html.Node) {
	parent.AppendChild(&html.Node{Type: html.TextNode, Data: strings.ToValidUTF8(string(t), "\uFFFD")})
}

func (a attr) into(parent *html.Node) {
	parent.Attr = append(parent.Attr, html.Attribute{Key: string(a.key), Val: strings.ToValidUTF8(a.value, "\uFFFD")})
}

func (g group) into(parent *html.Node) {
	for _, p := range g {
		p.into(parent)
	}
}

func (e element) into(parent *html.Node) { parent.AppendChild(e.node) }

// el is an element of these pieces.
func el(t tag, pieces ...piece) element {
	e := element{&html.Node{Type: html.ElementNode, Data: string(t)}}
	group(pieces).into(e.node)
	return e
}

// inline is a style or a script: the one place where text is written as it is. The source is a file of ours, never
// a word from afar, and the browser obeys it for its nonce alone.
func inline(t tag, nonce, source string) element {
	e := el(t, attr{"nonce", nonce})
	e.node.AppendChild(&html.Node{Type: html.RawNode, Data: source})
	return e
}

// document is a page of these pieces.
func document(pieces ...piece) *html.Node {
	d := &html.Node{Type: html.DocumentNode}
	d.AppendChild(&html.Node{Type: html.DoctypeNode, Data: "html"})
	el("html", append(group{attr{"lang", "en"}}, pieces...)...).into(d)
	return d
}

// class is the attribute that the style knows an element by.
func class(names ...string) attr { return attr{"class", strings.Join(names, " ")} }

// when is these pieces when it is so, and else none.
func when(so bool, pieces ...piece) group {
	if so {
		return pieces
	}
	return nil
}

// told is words between before and after; nothing where there are no words.
func told(before, words, after string) group {
	return when(words != "", text(before+words+after))
}

// each is what one makes of every item.
func each[T any](items []T, one func(T) piece) group {
	var g group
	for _, item := range items {
		g = append(g, one(item))
	}
	return g
}
