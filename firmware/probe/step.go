package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// stepProbe is one step of a transaction: an http probe whose request may have to wait for what was captured.
type stepProbe struct {
	*httpProbe
	def    firmware.StepCheck
	needs  []string // the captured values that the request is made of
	allows func(*url.URL) bool
}

func newStep(def firmware.StepCheck, interval time.Duration, clock Clock, set Settings, t *transaction) (*stepProbe, error) {
	set.Resume = false // a step's connection is proven anew, or kept from the step before
	def.Keep = def.Protocol != 2 && def.Redirects == 0
	s := &stepProbe{def: def, allows: t.allows}
	s.httpProbe = &httpProbe{check: &s.def.HTTPCheck, clock: clock, set: set, captured: t.values}
	for _, c := range def.Captures {
		made, err := newCapture(c, t.allows)
		if err != nil {
			return nil, fmt.Errorf("capture %q: %w", c.Name, err)
		}
		s.captures = append(s.captures, made)
	}
	if err := s.suits(); err != nil {
		return nil, err
	}
	if err := s.findNeeds(); err != nil {
		return nil, err
	}
	if err := s.prepare(interval); err != nil {
		return nil, err
	}
	return s, s.rehearse()
}

// suits refuses what does not go together in a step.
func (s *stepProbe) suits() error {
	d, size := &s.def, s.def.Send.To-s.def.Send.From
	switch {
	case d.Pause < 0 || d.BreakAfter < 0:
		return errors.New("a pause and a break are not negative")
	case d.Send.Name == "" && d.Send != firmware.Content{}:
		return errors.New("the content to send has no name")
	case d.Send.Name != "" && d.Send.FromName == "" && (d.Send.From < 0 || size < 0 || size > MaxContent):
		return fmt.Errorf("the content to send has %d bytes, want 0 to %d", size, MaxContent)
	case d.Send.Name != "" && (d.Body != "" || d.Nonce):
		return errors.New("generated content goes with neither a body nor a nonce")
	case d.Redirects > 0 && (d.Send.Name != "" || d.BreakAfter > 0):
		return errors.New("generated content and a break go with no redirects")
	case d.Protocol == 2 && (d.Send.Name != "" || d.BreakAfter > 0):
		return errors.New("generated content and a break need HTTP/1.1")
	case d.BreakAfter > 0 && len(d.Captures) > 0:
		return errors.New("a step that is broken off has no answer to capture from")
	case d.Method == http.MethodHead && slices.ContainsFunc(s.captures, capture.reads):
		return errors.New("an answer to HEAD has no body to capture from: use GET")
	case CapturesHost(d.URL):
		return errors.New("url has a captured value in its host")
	}
	return nil
}

// findNeeds notes which values the request is made of.
func (s *stepProbe) findNeeds() error {
	texts := append([]string{s.def.URL, s.def.Body}, slices.Collect(maps.Values(s.def.Headers))...)
	if s.def.Send.FromName != "" {
		s.needs = append(s.needs, s.def.Send.FromName)
	}
	for _, text := range texts {
		names, err := CapturedNames(text)
		if err != nil {
			return err
		}
		s.needs = append(s.needs, names...)
	}
	slices.Sort(s.needs)
	s.needs = slices.Compact(s.needs)
	return nil
}

// rehearse finds ahead what no captured value could mend.
func (s *stepProbe) rehearse() error {
	sample := values{}
	for _, name := range s.needs {
		sample[name] = "0"
	}
	if strings.HasPrefix(s.def.URL, openName) {
		names, _ := CapturedNames(s.def.URL) // read before
		sample[names[0]] = "https://captured.invalid/"
	}
	_, err := s.request(sample)
	return err
}

// request makes the request out of what was captured.
func (s *stepProbe) request(v values) (at hop, err error) {
	c, send := s.def.HTTPCheck, s.def.Send
	c.URL, c.Body = v.expandURL(c.URL), v.expand(c.Body)
	c.Headers = maps.Clone(c.Headers)
	for name, value := range c.Headers {
		c.Headers[name] = v.expand(value)
	}
	if send.FromName != "" {
		if send.From, err = offset(v[send.FromName], send.To); err != nil {
			return at, err
		}
	}
	if at, err = newHop(&c, s.clock, s.set); err != nil {
		return at, err
	}
	if strings.Contains(s.def.URL, openName) && climbs(at.target.url.EscapedPath()) {
		return at, errors.New("what was captured leads out of the path")
	}
	at.upload = upload{content: send, cut: s.def.BreakAfter}
	return at, nil
}

// climbs reports whether a path has a part that leads to another place than where it stands (RFC 3986 section 3.3): no
// escape makes data of it.
func climbs(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool { return part == "." || part == ".." })
}

// ready reports whether all that the request needs was captured.
func (s *stepProbe) ready(v values) bool {
	return !slices.ContainsFunc(s.needs, func(name string) bool { _, ok := v[name]; return !ok })
}

// measure makes the step's request.
func (s *stepProbe) measure(ctx context.Context, r *run) error {
	if s.def.Pause > 0 {
		if err := pause(ctx, s.def.Pause); err != nil {
			return err
		}
	}
	var err error
	if s.first, err = s.request(s.captured); err != nil {
		return &miss{firmware.OutcomeHTTPRedirect, "what was captured makes no request that can be sent"}
	}
	if strings.Contains(s.def.URL, openName) {
		if !s.allows(s.first.target.url) {
			return &miss{firmware.OutcomeHTTPRedirect, "its captured URL leads to a host that is not allowed"}
		}
		s.first.again = true // its URL is a server's word
	}
	return s.httpProbe.measure(ctx, r)
}

// pause waits, or returns why it could not.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// offset reads where an upload is to be resumed: 0 to size.
func offset(text string, size int64) (int64, error) {
	n := int64(0)
	for _, c := range []byte(text) {
		if !digit(c) || n > size {
			return 0, errors.New("not an offset")
		}
		n = 10*n + int64(c-'0')
	}
	if text == "" || n > size || size-n > MaxContent {
		return 0, errors.New("not an offset")
	}
	return n, nil
}
