package main

import (
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// canvas is what a command draws on.
type canvas struct {
	io.Writer
	width  int  // columns; 80 when not a terminal
	colour bool // a terminal whose owner has not set NO_COLOR
}

// drawOn finds out what w can do.
func drawOn(w io.Writer) canvas {
	c := canvas{Writer: w, width: 80}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return c
	}
	c.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		c.width = width
	}
	return c
}

// The styles of paint, as ANSI writes them (ECMA-48 SGR).
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
)

// paint returns text in a style where colours are wanted. Colour never says anything that the text does not.
func (c canvas) paint(style, text string) string {
	if !c.colour || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// printable replaces what could steer a terminal: text from afar is only text here.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
