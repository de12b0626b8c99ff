package probe

import (
	"context"
	"errors"
	"net/netip"
	"slices"

	"edgeprobe.io/firmware"
)

// live returns a context that ends with the caller's, and with the uplink as it is now. What was held over an uplink
// that has changed since the run before is given up: after a change everything is proven anew.
func (f *frame) live(ctx context.Context) (context.Context, func()) {
	if f.via.Life == nil {
		return ctx, func() {}
	}
	if life := f.via.Life(); life != f.life {
		_ = f.kind.close() // what was held is of no use any more, however it ends
		f.life = life
	}
	life := f.life
	ctx, end := context.WithCancelCause(ctx)
	stop := context.AfterFunc(life, func() { end(context.Cause(life)) })
	return ctx, func() {
		stop()
		end(nil)
	}
}

// dead returns why nothing can be measured over the uplink; nil when it can.
func (f *frame) dead() error {
	if f.life == nil || f.life.Err() == nil {
		return nil
	}
	return localError{context.Cause(f.life)}
}

// fallen returns why a run that no answer came to says nothing: the uplink is down, or was for a moment, or has other
// resolvers by now. The kernel may fail a connection sooner than it tells of the change.
func (f *frame) fallen(r *run, o firmware.Outcome) error {
	unresolved := o == firmware.OutcomeDNSTimeout || o == firmware.OutcomeDeadResolver
	if !timedOut(o) && !unresolved && o != firmware.OutcomeNoRoute && o != firmware.OutcomeReset {
		return nil
	}
	if err := f.dead(); err != nil {
		return err
	}
	if f.via.State != nil {
		if up, why := f.via.State(); !up {
			return errors.New(why)
		}
	}
	if unresolved && r.asked != nil && !slices.Equal(ordered(r.asked), ordered(f.via.Resolvers())) {
		return errors.New("the uplink's resolvers have changed")
	}
	return nil
}

// ordered returns resolvers in an order of their own.
func ordered(servers []netip.AddrPort) []netip.AddrPort {
	return slices.SortedFunc(slices.Values(servers), netip.AddrPort.Compare)
}
