package probe

import (
	"context"
	"fmt"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// settle says whose a lookup is that no resolver has answered well so far. The stray name is asked for twice: one lost packet
// proves nothing.
func (x *exchange) settle(ctx context.Context) (reply, error) {
	half := time.Now().Add(time.Until(x.run.deadline) / 2)
	for _, until := range []time.Time{half, x.run.deadline} {
		x.wake()
		for time.Now().Before(until) {
			if rep, err, done := x.judged(); done {
				return rep, err
			}
			if rep, err, done := x.await(ctx, until); done {
				return rep, err
			}
		}
		for i := range x.all {
			x.all[i].woken = x.all[i].proven
		}
	}
	return x.late()
}

// judged is what can be said before the time is over: a bad answer is the name's when its resolver works, and the
// resolvers' when none does and there is nothing to wait for.
func (x *exchange) judged() (reply, error, bool) {
	open := false
	for i := range x.all {
		s := &x.all[i]
		if s.bad != nil && (x.servers != nil || s.well()) {
			x.run.result.Address = s.at.Addr()
			return s.said, s.bad, true
		}
		open = open || !s.lost || s.woken && !s.proven
	}
	if open || x.servers != nil {
		return reply{}, nil, false
	}
	return reply{}, x.dead(), true
}

// late is what can be said when it is.
func (x *exchange) late() (reply, error) {
	if rep, err, done := x.judged(); done {
		return rep, err
	}
	if x.servers != nil {
		return reply{}, context.DeadlineExceeded
	}
	for i := range x.all {
		if s := &x.all[i]; s.well() {
			x.run.result.Address = s.at.Addr()
			return reply{}, &miss{firmware.OutcomeDNSTimeout, fmt.Sprintf("resolver %v answers, but not on %s in time", s.at, strings.TrimSuffix(x.q.name, "."))}
		}
	}
	return reply{}, x.dead()
}
