package probe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// keptBack is the part of a run's time that its clean-up has: one of so many.
const keptBack = 4

// transaction makes several requests, one after the other, each as an http check would. What was begun is cleaned up
// whatever happens, for which a part of the time is kept back; only a caller that ends the run ends that too.
type transaction struct {
	check    firmware.Check
	via      Via
	clock    Clock
	steps    []*stepProbe
	cleanup  []*stepProbe
	body     []byte // the buffer that steps hand on
	values   values
	kept     kept            // the connection that steps hand on
	keptFor  string          // where it leads
	hosts    map[string]bool // "host:port" that captured URLs may lead to
	onlyTLS  bool            // the first step asks by TLS, so all do
	captures int
}

func newTransaction(check firmware.Check, via Via, clock Clock, set Settings) (kind, error) {
	c := check.Transaction
	if c == nil || len(c.Steps) == 0 {
		return nil, errors.New("a check of kind transaction says what its steps are")
	}
	if n := len(c.Steps) + len(c.Cleanup); n > firmware.MaxSteps {
		return nil, fmt.Errorf("a transaction of %d steps is too long: use at most %d", n, firmware.MaxSteps)
	}
	via.Life = nil // the steps end with the transaction, which ends with its uplink
	t := &transaction{check: check, via: via, clock: clock, values: values{}}
	t.hosts = allowedHosts(c)
	t.onlyTLS = strings.HasPrefix(strings.ToLower(c.Steps[0].URL), "https:")
	known := map[string]bool{}
	for i, def := range append(c.Steps[:len(c.Steps):len(c.Steps)], c.Cleanup...) {
		s, err := t.prepare(def, set, known)
		if err != nil {
			return nil, fmt.Errorf("step %q: %w", def.Name, err)
		}
		if i < len(c.Steps) {
			t.steps = append(t.steps, s)
		} else {
			t.cleanup = append(t.cleanup, s)
		}
	}
	return t, nil
}

// prepare makes one step, which may use what is known by then.
func (t *transaction) prepare(def firmware.StepCheck, set Settings, known map[string]bool) (*stepProbe, error) {
	if err := firmware.ValidName(def.Name); err != nil {
		return nil, err
	}
	s, err := newStep(def, t.check.Interval, t.clock, set, t)
	if err != nil {
		return nil, err
	}
	for _, name := range s.needs {
		if !known[name] {
			return nil, fmt.Errorf("%q is captured by no step before", name)
		}
	}
	for _, c := range def.Captures {
		if err := firmware.ValidName(c.Name); err != nil {
			return nil, err
		}
		known[c.Name] = true
		t.captures++
	}
	if t.captures > maxCaptures {
		return nil, fmt.Errorf("more than %d values are captured", maxCaptures)
	}
	return s, nil
}

// allowedHosts are those that the config names, in a list or in a step's URL.
func allowedHosts(c *firmware.TransactionCheck) map[string]bool {
	hosts := map[string]bool{}
	for _, h := range c.Hosts {
		h = strings.ToLower(h)
		if _, _, err := net.SplitHostPort(h); err == nil {
			hosts[h] = true
			continue
		}
		h = strings.Trim(h, "[]")
		hosts[net.JoinHostPort(h, "80")], hosts[net.JoinHostPort(h, "443")] = true, true
	}
	for _, steps := range [][]firmware.StepCheck{c.Steps, c.Cleanup} {
		for _, s := range steps {
			text, _, _ := strings.Cut(s.URL, openName) // its host stands before any captured value
			if u, err := url.Parse(text); err == nil && u.Host != "" {
				hosts[hostPort(u)] = true
			}
		}
	}
	return hosts
}

// hostPort is where a URL leads, with its port.
func hostPort(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = "80"
	default:
		port = "443"
	}
	return net.JoinHostPort(strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), port)
}

// allows reports whether a captured URL may be asked.
func (t *transaction) allows(u *url.URL) bool {
	return (u.Scheme == "https" || u.Scheme == "http" && !t.onlyTLS) && u.User == nil && t.hosts[hostPort(u)]
}

func (t *transaction) close() error {
	t.kept.drop()
	return nil
}

func (t *transaction) measure(_ context.Context, r *run) error {
	clear(t.values)
	end := r.deadline
	if len(t.cleanup) > 0 {
		end = end.Add(-t.check.Timeout / keptBack)
	}
	var err error
	for _, s := range t.steps {
		if err = t.judge(r, s, t.do(r, s, end)); err != nil {
			break
		}
	}
	t.tidy(r)
	t.kept.drop()
	return err
}

// judge takes over what a step found; the first one that fails is the run's verdict.
func (t *transaction) judge(r *run, s *stepProbe, one firmware.Result) error {
	r.result.Status, r.result.Address, r.result.Cache = one.Status, one.Address, one.Cache
	m := &miss{one.Outcome, "step " + s.def.Name + ": " + one.Detail}
	switch {
	case one.Outcome.OK():
		return nil
	case one.Outcome.Lesser():
		if r.lesser == nil {
			r.lesser = m
		}
		return nil
	}
	return m
}

// tidy runs the clean-up: each of its steps has an equal share of the time left, and none changes the verdict. It is
// not counted as latency.
func (t *transaction) tidy(r *run) {
	began, lost := time.Now(), r.lost
	for i, s := range t.cleanup {
		if r.stopped() || !s.ready(t.values) {
			continue
		}
		share := time.Until(r.deadline) / time.Duration(len(t.cleanup)-i)
		one := t.do(r, s, time.Now().Add(share))
		if !one.Outcome.OK() && !one.Outcome.Lesser() && r.seen == "" {
			r.seen = fmt.Sprintf("the clean-up %s failed: %v", s.def.Name, one.Outcome)
			if one.Outcome == firmware.OutcomeHTTPStatus {
				r.seen += fmt.Sprintf(" %d", one.Status)
			}
		}
	}
	r.lost = lost + time.Since(began)
}

// do runs one step until the given time, in a frame of its own, and adds it to the result.
func (t *transaction) do(r *run, s *stepProbe, end time.Time) firmware.Result {
	t.lend(s)
	left := max(time.Until(end).Truncate(time.Millisecond), time.Millisecond)
	f := frame{check: firmware.Check{Ref: t.check.Ref, Timeout: left}, via: t.via, clock: t.clock, kind: s}
	one := f.Do(r.parent)
	r.lost += s.def.Pause
	t.takeBack(s)
	to := &r.result
	to.Steps = append(to.Steps, firmware.Step{
		Name: s.def.Name, Took: one.Took, Outcome: one.Outcome, Status: one.Status, Phases: one.Phases, Bytes: one.Bytes,
	})
	if len(to.Steps) == 1 {
		to.Conn = one.Conn
	}
	to.Phases = to.Phases.Plus(one.Phases)
	to.Bytes = uint32(min(uint64(to.Bytes)+uint64(one.Bytes), math.MaxUint32))
	if one.Expires != 0 && (to.Expires == 0 || one.Expires < to.Expires) {
		to.Expires = one.Expires
	}
	if one.Marker != 0 {
		to.Marker = one.Marker
	}
	return one
}

// lend hands a step what steps share: the buffer, and a connection to where it goes. Only a request that may be
// repeated goes over a connection that the server may be about to close (RFC 9110 section 9.2.2).
func (t *transaction) lend(s *stepProbe) {
	s.body, t.body = t.body, nil
	safe := s.def.Method == "" || s.def.Method == http.MethodGet || s.def.Method == http.MethodHead
	if !safe || !s.ready(t.values) || t.kept.bare == nil || !s.kept.wanted {
		return
	}
	if at, err := s.request(t.values); err != nil || at.way() != t.keptFor {
		return
	}
	wanted, lasts := s.kept.wanted, s.kept.lasts
	s.kept, t.kept = t.kept, kept{}
	s.kept.wanted, s.kept.lasts = wanted, lasts
}

// takeBack takes what the next step may use.
func (t *transaction) takeBack(s *stepProbe) {
	t.body, s.body = s.body, nil
	if s.kept.bare == nil {
		return
	}
	t.kept.drop()
	t.kept, t.keptFor = s.kept, s.first.way()
	s.kept = kept{wanted: s.kept.wanted, lasts: s.kept.lasts}
}
