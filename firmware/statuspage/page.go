package statuspage

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// pageData is everything on the page.
type pageData struct {
	View
	Started     bool // a view has come
	Transitions []Transition
	Nonce       string // allows this page's own style and script, and nothing injected
	Style       template.CSS
	Script      template.JS
}

// page serves the page; it reads well without its script, which only keeps it fresh.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	data := pageData{Nonce: rand.Text(), Style: template.CSS(pageCSS), Script: template.JS(pageJS)}
	if v, ok := s.news.current(); ok {
		data.View, data.Started, data.Transitions = s.teller().view(v), true, s.transitions(defaultCount)
		slices.SortStableFunc(data.Services, func(a, b Service) int { return b.Mood.rank() - a.Mood.rank() }) // worst first
	} else {
		data.Headline, data.Mood = "edgeprobe is starting", MoodUnknown
	}
	var body bytes.Buffer
	if err := s.pages.Execute(&body, data); err != nil {
		s.log.Error("statuspage: write page", "error", err)
		fail(w, http.StatusInternalServerError, "the page cannot be written; /api/v1/view may still answer")
		return
	}
	w.Header().Set("Content-Security-Policy", fmt.Sprintf("default-src 'none'; style-src 'nonce-%[1]s'; script-src 'nonce-%[1]s'; "+
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", data.Nonce))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = body.WriteTo(w)
}

// parsePage returns the page's template.
func parsePage() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"ago": ago, "span": span, "clock": wallClock, "lasts": lasts, "took": took, "sight": sightMood, "vote": voteMood,
	}).Parse(pageHTML))
}

// ago is "12 min ago", or "" when nobody knows.
func ago(i *Instant) string {
	if s := span(i); s != "" {
		return s + " ago"
	}
	return ""
}

// span is "12 min", the time since i; "" when nobody knows.
func span(i *Instant) string {
	if i == nil || i.AgeMS == nil {
		return ""
	}
	return lasts(*i.AgeMS)
}

// wallClock is "02:14:07" of the present day in UTC, or with its date; "" when the clock cannot say.
func wallClock(i *Instant, now time.Time, quality firmware.ClockQuality) string {
	switch {
	case i == nil || i.At == nil || quality == firmware.ClockUnknown || quality == "":
		return ""
	case i.At.Format(time.DateOnly) == now.Format(time.DateOnly):
		return i.At.Format(time.TimeOnly)
	}
	return i.At.Format("2 Jan 15:04:05")
}

// lasts tells a number of milliseconds.
func lasts(ms int64) string { return age(time.Duration(ms) * time.Millisecond) }

// took tells a run's time in milliseconds.
func took(ms float64) string {
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}
