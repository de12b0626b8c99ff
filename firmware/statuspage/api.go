package statuspage

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

const (
	defaultCount = 50      // transitions answered unless asked for more
	maxBody      = 4 << 10 // of a command
	maxBy        = 64      // runes of a person's name
)

// problem is the body of every error.
type problem struct {
	Error string `json:"error"`
}

func fail(w http.ResponseWriter, code int, text string) { answer(w, code, problem{text}) }

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the reader is gone: nobody left to tell
}

// starting answers for the time before the first view.
func starting(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	fail(w, http.StatusServiceUnavailable, "edgeprobe is starting; ask again in a second")
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	if _, ok := s.news.current(); !ok {
		starting(w)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

func (s *Server) getView(w http.ResponseWriter, _ *http.Request) {
	v, ok := s.news.current()
	if !ok {
		starting(w)
		return
	}
	answer(w, http.StatusOK, s.teller().view(v))
}

func (s *Server) getRaw(w http.ResponseWriter, _ *http.Request) {
	v, ok := s.news.current()
	if !ok {
		starting(w)
		return
	}
	answer(w, http.StatusOK, s.raw(s.src.Now(), v))
}

func (s *Server) getTransitions(w http.ResponseWriter, r *http.Request) {
	n := defaultCount
	if q := r.URL.Query().Get("n"); q != "" {
		var err error
		if n, err = strconv.Atoi(q); err != nil || n < 1 || n > keep {
			fail(w, http.StatusBadRequest, fmt.Sprintf("n must be a number from 1 to %d", keep))
			return
		}
	}
	answer(w, http.StatusOK, s.transitions(n))
}

// transitions returns the newest n, newest first.
func (s *Server) transitions(n int) []Transition {
	t := s.teller()
	last := s.news.last(n)
	out := make([]Transition, len(last))
	for i, x := range last {
		out[len(last)-1-i] = t.transition(x)
	}
	return out
}

// AckRequest asks to acknowledge the open incident of a service.
type AckRequest struct {
	Service string `json:"service"`
	By      string `json:"by"` // who knows of it, for people: 1 to 64 characters
}

// MuteRequest mutes this device's buzzer, or gives it its voice again.
type MuteRequest struct {
	Muted bool `json:"muted"`
}

// Accepted answers a command: it is on its way to the fold.
type Accepted struct {
	Incident string `json:"incident,omitempty"` // acknowledged
}

func (s *Server) postAck(w http.ResponseWriter, r *http.Request) {
	var req AckRequest
	if !decode(w, r, &req) {
		return
	}
	by := strings.TrimSpace(req.By)
	if n := len([]rune(by)); n == 0 || n > maxBy || strings.IndexFunc(by, func(c rune) bool { return !unicode.IsPrint(c) }) >= 0 {
		fail(w, http.StatusBadRequest, fmt.Sprintf("by must say who acknowledges, in 1 to %d printable characters", maxBy))
		return
	}
	incident, ok := s.incident(req.Service)
	if !ok {
		fail(w, http.StatusNotFound, "no such service is watched here")
		return
	}
	if incident.Zero() {
		fail(w, http.StatusConflict, "this service has no open incident to acknowledge")
		return
	}
	s.command(w, fold.Command{Ack: &fold.Ack{Service: req.Service, Incident: incident, By: by}}, Accepted{incident.String()})
}

// incident returns the open incident of a service; false when there is no such service.
func (s *Server) incident(service string) (firmware.ID, bool) {
	v, _ := s.news.current()
	for _, sv := range v.Services {
		if sv.Decision.Service == service {
			return sv.Decision.Incident, true
		}
	}
	return firmware.ID{}, false
}

func (s *Server) postMute(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Muted *bool `json:"muted"`
	}
	if !decode(w, r, &req) {
		return
	}
	if req.Muted == nil {
		fail(w, http.StatusBadRequest, `say {"muted": true} or {"muted": false}`)
		return
	}
	s.command(w, fold.Command{Mute: req.Muted}, Accepted{})
}

func (s *Server) command(w http.ResponseWriter, c fold.Command, ok Accepted) {
	if err := s.commands(c); err != nil {
		s.log.Warn("statuspage: command not taken", "error", err)
		fail(w, http.StatusServiceUnavailable, "the device cannot take commands now; try again")
		return
	}
	answer(w, http.StatusAccepted, ok)
}

// decode reads one JSON object into req, or answers why not.
func decode(w http.ResponseWriter, r *http.Request, req any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(req)
	if err == nil && d.More() {
		err = fmt.Errorf("more than one object")
	}
	if err != nil {
		fail(w, http.StatusBadRequest, "send one JSON object: "+err.Error())
		return false
	}
	return true
}
