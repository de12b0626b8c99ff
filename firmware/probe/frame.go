package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"edgeprobe.io/firmware"
)

// grace is how far past its timeout a run may end.
const grace = 50 * time.Millisecond

// frame is what all kinds share: the deadline, the stamps and the verdict.
type frame struct {
	check  firmware.Check
	via    Via
	clock  Clock
	canary *Canary // nil: nobody tells whether this device is starved
	kind   kind
	life   context.Context // of the uplink in the run before
}

// run is one run under way: what the kind has seen so far, and where it is.
type run struct {
	parent   context.Context // the caller's: ends when the run is to be given up
	via      Via
	deadline time.Time
	phase    phase
	remote   netip.AddrPort   // last one tried
	lesser   *miss            // what degrades an answer that is otherwise as expected; nil: nothing
	asked    []netip.AddrPort // the uplink's resolvers; nil: not asked
	lost     time.Duration    // spent on a cheaper attempt that came to nothing
	seen     string           // for people: the Detail of a good run, and beside the reason of a bad one
	result   firmware.Result  // Start, Took, Outcome and Detail are the frame's
}

// Do runs the check once; see [Prober].
func (f *frame) Do(ctx context.Context) firmware.Result {
	start, began := f.clock.Now(), time.Now()
	ctx, release := f.live(ctx)
	defer release()
	r := run{parent: ctx, via: f.via, deadline: began.Add(f.check.Timeout)}
	r.result = firmware.Result{Check: f.check.Ref, Uplink: f.via.Uplink, Start: start}
	err := f.dead()
	if err == nil {
		err = f.measure(ctx, &r)
	}
	ended := time.Now()
	r.result.Took = ended.Sub(began).Truncate(time.Microsecond)
	r.result.Outcome, r.result.Detail = f.verdict(&r, err)
	if o := r.result.Outcome; f.canary != nil && ofTime(o) && f.canary.starved(began, ended) {
		r.result.Outcome = firmware.OutcomeLocalFault
		r.result.Detail = clean("this device was starved, which may be all there is to " + o.String() + ": " + r.result.Detail)
	}
	return r.result
}

// measure takes the measurement. A panic in it is this device's own fault, and no more than that: what one server says
// must not end the watch over all others. Its text is not told: it may hold what the server said.
func (f *frame) measure(ctx context.Context, r *run) (err error) {
	bounded, cancel := context.WithDeadline(ctx, r.deadline)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = localError{fmt.Errorf("a fault in edgeprobe's %s check, please report it: a panic (%T)", f.check.Kind, p)}
		}
	}()
	return f.kind.measure(bounded, r)
}

// Close lets go of what the kind keeps between runs.
func (f *frame) Close() error { return f.kind.close() }

// verdict finds a run's outcome. Time is judged last: latency counts only when all else is well, and a deadline
// that this device itself overslept says nothing about the target.
func (f *frame) verdict(r *run, err error) (firmware.Outcome, string) {
	took, bound := r.result.Took, f.check.MaxLatency
	switch {
	case err == nil && bound > 0 && took-r.lost > bound:
		slow := fmt.Sprintf("took %v, want at most %v", (took - r.lost).Round(100*time.Microsecond), bound)
		return firmware.OutcomeSlow, clean(beside(slow, r.seen))
	case err == nil && r.lesser != nil:
		return r.lesser.outcome, clean(beside(r.lesser.detail, r.seen))
	case err == nil:
		return firmware.OutcomeOK, clean(r.seen)
	}
	outcome := classify(err, r.phase, r.stopped())
	if why := f.fallen(r, outcome); why != nil {
		return firmware.OutcomeLocalFault, clean(why.Error())
	}
	if timedOut(outcome) && took > f.check.Timeout+grace {
		late := (took - f.check.Timeout).Round(time.Millisecond)
		return firmware.OutcomeLocalFault, fmt.Sprintf("this device woke up %v after the timeout of %v", late, f.check.Timeout)
	}
	return outcome, clean(beside(describe(outcome, err, r, f.check.Timeout)+suspicion(err), r.seen))
}

// stopped reports whether the caller ended the run before its own deadline. A caller's deadline counts as soon as
// it has passed: sockets may notice before the context does.
func (r *run) stopped() bool {
	end, timed := r.parent.Deadline()
	if timed && end.Before(r.deadline) && !time.Now().Before(end) {
		return true
	}
	err := r.parent.Err()
	return err != nil && !errors.Is(err, context.DeadlineExceeded)
}

// guard closes c when the caller stops the run. The returned func ends the guard and closes c.
func (r *run) guard(c io.Closer) (release func()) {
	stop := context.AfterFunc(r.parent, func() { c.Close() })
	return func() {
		stop()
		c.Close()
	}
}

// span is a phase's time: whole microseconds, and at least one, because 0 says that it did not happen.
func span(from, to time.Time) time.Duration {
	return max(to.Sub(from).Truncate(time.Microsecond), time.Microsecond)
}
