package statuspage

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	renewTime   = time.Second            // a view is sent again after this time, changed or not: it is a lease
	gatherTime  = 100 * time.Millisecond // changes within this time travel together
	slowestRead = 5 * time.Second        // a reader that takes nothing for so long is dropped
)

// The names of the stream's events; ?events= chooses some of them.
const (
	EventView       = "view"       // a [View], at every change and each second
	EventTransition = "transition" // a [Transition], each of them once
	EventRaw        = "raw"        // a [Raw], like view; only when asked for
	EventTick       = "tick"       // nothing but the moment, like view; only when asked for: the page fetches itself
)

// stream sends views and transitions as they come (text/event-stream, WHATWG HTML 9.2). A reader gets the newest
// view, never a queue of old ones, and every transition since it came; one that is so slow that transitions were
// lost to it is dropped, so that it notices.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		w.Header().Set("Retry-After", "5")
		fail(w, http.StatusServiceUnavailable, fmt.Sprintf("%d streams are open already; close one", maxStreams))
		return
	}
	out := eventWriter{w: w, rc: http.NewResponseController(w), wants: wanted(r.URL.Query().Get("events"))}
	w.Header().Set("Content-Type", "text/event-stream")
	_ = out.rc.SetReadDeadline(time.Time{}) // the request's own; it would end the stream
	renew := time.NewTicker(renewTime)
	defer renew.Stop()
	for position := s.news.position(); ; {
		b := s.news.after(position)
		if b.lost || s.send(&out, b) != nil || pause(r, gatherTime) {
			return
		}
		position = b.next
		select {
		case <-r.Context().Done():
			return
		case <-b.wake:
		case <-renew.C:
		}
	}
}

// pause waits, and reports whether the request ended meanwhile.
func pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.Context().Done():
		return true
	case <-t.C:
		return false
	}
}

// wanted reads a list of event names; "" means view and transition.
func wanted(list string) map[string]bool {
	if list == "" {
		list = EventView + "," + EventTransition
	}
	m := map[string]bool{}
	for name := range strings.SplitSeq(list, ",") {
		m[name] = true
	}
	return m
}

func (s *Server) send(out *eventWriter, b batch) error {
	t := s.teller()
	out.begin()
	for _, x := range b.fresh {
		out.event(EventTransition, func() any { return t.transition(x) })
	}
	if b.have {
		out.event(EventView, func() any { return t.view(b.view) })
		out.event(EventRaw, func() any { return s.raw(t.now, b.view) })
		out.event(EventTick, func() any { return struct{}{} })
	}
	return out.flush()
}

// eventWriter writes events; the first failure stays.
type eventWriter struct {
	w     io.Writer
	rc    *http.ResponseController
	wants map[string]bool
	err   error
}

func (e *eventWriter) begin() {
	now := time.Now()
	e.err = e.rc.SetWriteDeadline(now.Add(slowestRead))
	if e.err == nil {
		_, e.err = io.WriteString(e.w, ":\n\n") // a comment: the reader sees life even without events
	}
}

// event writes one event if it is wanted; its body is made only then. JSON holds no raw line break.
func (e *eventWriter) event(name string, body func() any) {
	if !e.wants[name] || e.err != nil {
		return
	}
	var data []byte
	if data, e.err = json.Marshal(body()); e.err == nil {
		_, e.err = fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, data)
	}
}

func (e *eventWriter) flush() error {
	if e.err == nil {
		e.err = e.rc.Flush()
	}
	return e.err
}
