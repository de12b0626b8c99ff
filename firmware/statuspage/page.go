package statuspage

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"fmt"
	"net/http"
	"slices"

	"golang.org/x/net/html"
)

var (
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// sheet is everything on the page.
type sheet struct {
	View
	started     bool // a view has come
	transitions []Transition
	nonce       string // allows this page's own style and script, and nothing injected
}

// page serves the page; it reads well without its script, which only keeps it fresh.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	p := sheet{nonce: rand.Text()}
	if v, ok := s.news.current(); ok {
		p.View, p.started, p.transitions = s.teller().view(v), true, s.transitions(defaultCount)
		slices.SortStableFunc(p.Services, func(a, b Service) int { return b.Mood.rank() - a.Mood.rank() }) // worst first
	} else {
		p.Headline, p.Mood = "edgeprobe is starting", MoodUnknown
	}
	var body bytes.Buffer
	if err := html.Render(&body, p.document()); err != nil {
		s.log.Error("statuspage: write page", "error", err)
		fail(w, http.StatusInternalServerError, "the page cannot be written; /api/v1/view may still answer")
		return
	}
	w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%[1]s'; script-src 'nonce-%[1]s'; "+
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", p.nonce))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = body.WriteTo(w)
}
