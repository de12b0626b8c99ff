package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"edgeprobe.io/firmware"
)

// narrowly takes a measurement again over a connection of small packets, when it failed while packets were being
// lost, and returns what the run comes to. A target that is well in small packets is not at fault: the way there loses
// the big ones. One that answers badly in them is judged by that answer; and when nothing better comes of it, the first
// failure stands.
func (r *run) narrowly(ctx context.Context, failure error, again func(net.Conn) error) error {
	lost, ok := errors.AsType[*lossError](failure)
	if !ok || r.via.Narrow == nil || r.stopped() {
		return failure
	}
	before, at := r.result, r.phase
	err := r.narrow(ctx, again)
	if err == nil {
		r.result.Phases, r.result.Conn = before.Phases, before.Conn
		return &miss{firmware.OutcomePathMTU, fmt.Sprintf("big packets %s %v are lost on the way, small ones get through",
			lost.way, r.remote.Addr())}
	}
	switch out := classify(err, r.phase, r.stopped()); {
	case timedOut(out), out == firmware.OutcomeReset, out == firmware.OutcomeRefused, out == firmware.OutcomeNoRoute, out == firmware.OutcomeLocalFault:
		r.result, r.phase = before, at
		return failure
	}
	return err
}

func (r *run) narrow(ctx context.Context, again func(net.Conn) error) error {
	r.phase = phaseConnect
	conn, err := r.via.Narrow(ctx, "tcp", r.remote.String())
	if err != nil {
		return err
	}
	defer r.guard(conn)()
	small, err := bound(conn, r.deadline)
	if err != nil {
		return err
	}
	return again(small)
}

// suspicion is what a failure's description gains when packets were being lost.
func suspicion(err error) string {
	lost, ok := errors.AsType[*lossError](err)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (suspected: big packets %s it do not get through)", lost.way)
}

// repeatable reports whether a request may be made twice in a run: it was never sent, or is safe (RFC 9110 section 9.2.1).
func repeatable(r *run, method string) bool {
	return r.phase <= phaseTLS || method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
