package probe

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// dead says which resolvers do not work, in the same words each time.
func (x *exchange) dead() error {
	return &miss{firmware.OutcomeDeadResolver, ill(x.all)}
}

// ill says of resolvers that do not work what is wrong with them; "" when all do.
func ill(all []resolver) string {
	var mute, failing []string
	for i := range all {
		switch s := &all[i]; {
		case s.well():
		case s.heard:
			failing = append(failing, plainServer(s.at))
		default:
			mute = append(mute, plainServer(s.at))
		}
	}
	silent, wrong := clause(mute, "does not answer", "do not answer"), clause(failing, "fails on every name", "fail on every name")
	if silent == "" {
		return wrong
	}
	return beside(silent, wrong)
}

// clause says the same of one or of several; "" of nobody.
func clause(resolvers []string, one, many string) string {
	slices.Sort(resolvers)
	switch len(resolvers) {
	case 0:
		return ""
	case 1:
		return "resolver " + resolvers[0] + " " + one
	}
	return "resolvers " + strings.Join(resolvers, ", ") + " " + many
}

// plainServer leaves out the usual port.
func plainServer(a netip.AddrPort) string {
	if a.Port() == 53 {
		return a.Addr().String()
	}
	return a.String()
}

// tell lets the uplink know which of its resolvers answered, and which let their turn pass in silence.
func (x *exchange) tell() {
	note := x.run.via.Answered
	if note == nil || x.servers != nil || x.run.parent.Err() != nil {
		return
	}
	for i := range x.all {
		if s := &x.all[i]; s.heard || s.passed {
			note(s.at, s.heard)
		}
	}
}

// Resolvers asks each resolver of an uplink for a name that nobody has. It says in a clause for people which of them do
// not work, "" when all do, and whether none does. It ends at the latest after a time.
func Resolvers(ctx context.Context, via Via, within time.Duration) (why string, none bool, err error) {
	servers := via.Resolvers()
	if len(servers) == 0 {
		return "", false, nil
	}
	r := run{parent: ctx, via: via, deadline: time.Now().Add(within)}
	x, err := (&lookup{}).open(ctx, &r, servers)
	if err != nil {
		return "", false, err
	}
	defer r.guard(x.sock)()
	for i := range x.all {
		x.all[i].lost = true // nobody asks it for a name
	}
	if _, err := x.settle(ctx); ctx.Err() != nil {
		return "", false, err
	}
	return ill(x.all), !slices.ContainsFunc(x.all, func(s resolver) bool { return s.well() }), nil
}
