package uplink

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware/uplink/resolvers"
)

// Resolvers returns the DNS servers to ask over this uplink, in order. It never waits for anybody.
func (u *Uplink) Resolvers() []netip.AddrPort { return u.Known().Servers }

// Known returns the DNS servers to ask over this uplink, in order, and who named them: the config or, where that says
// auto, the system. Of the system that is the newest answer of systemd-resolved or NetworkManager while
// [Uplink.KeepResolvers] runs, or after [Uplink.AskResolvers]; otherwise its files of this moment. Those of another IP
// version than the source address are left out.
func (u *Uplink) Known() resolvers.Known {
	if !u.facts.AutoResolvers {
		return resolvers.Known{Servers: slices.Clone(u.facts.Resolvers), From: resolvers.Config}
	}
	var k resolvers.Known
	if heard := u.heard.Load(); heard != nil {
		k = resolvers.Known{Servers: slices.Clone(heard.Servers), From: heard.From}
	} else {
		k = resolvers.OfFiles(u.root, u.facts.Interface, interfaceIndex(u.facts.Interface))
	}
	k.Servers = slices.DeleteFunc(k.Servers, func(r netip.AddrPort) bool {
		return u.facts.Source.IsValid() && u.facts.Source.Is4() != r.Addr().Is4()
	})
	return k
}

// AsksSystem reports whether systemd-resolved and NetworkManager have a say: the config names an interface and leaves
// its resolvers to the system.
func (u *Uplink) AsksSystem() bool { return u.facts.AutoResolvers && u.facts.Interface != "" }

// AskResolvers asks systemd-resolved and NetworkManager once, for at most a second. It does nothing where they have
// no say, see [Uplink.AsksSystem]. The error is why the system's bus tells nothing; then the files must do.
func (u *Uplink) AskResolvers(ctx context.Context) error {
	bus := u.bus
	defer bus.Close()
	return u.ask(ctx, &bus)
}

func (u *Uplink) ask(ctx context.Context, bus *resolvers.Bus) error {
	if !u.AsksSystem() {
		return nil
	}
	index := interfaceIndex(u.facts.Interface)
	if index == 0 {
		u.heard.Store(nil)
		return nil
	}
	k, err := bus.Ask(ctx, u.facts.Interface, index)
	if k.From == resolvers.Nobody {
		u.heard.Store(nil)
	} else {
		u.heard.Store(&k)
	}
	return err
}

// askSeldom is the least time between two asks, so that a storm of changes costs little.
const askSeldom = 250 * time.Millisecond

// KeepResolvers asks until ctx ends: whenever the kernel tells [Uplink.Run] of a change, when a daemon says that it
// knows something new, and every so often besides. It tells the first error after all was well, and nil when all is well
// again. It returns nil when ctx ends.
func (u *Uplink) KeepResolvers(ctx context.Context, every time.Duration, tell func(error)) error {
	bus := u.bus
	bus.Changed = u.changed
	defer bus.Close()
	for well := true; ctx.Err() == nil; u.awaitChange(ctx, every) {
		err := u.ask(ctx, &bus)
		if ctx.Err() == nil && well != (err == nil) {
			well = err == nil
			tell(err)
		}
	}
	return nil
}

// changed wakes KeepResolvers.
func (u *Uplink) changed() {
	select {
	case u.change <- struct{}{}:
	default:
	}
}

// awaitChange returns when it is time to ask again, or when ctx has ended.
func (u *Uplink) awaitChange(ctx context.Context, every time.Duration) {
	if !pause(ctx, askSeldom) {
		return
	}
	t := time.NewTimer(every)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-u.change:
	}
}

// interfaceIndex returns the kernel's number of an interface, or 0.
func interfaceIndex(name string) int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	index, _ := indexOf(fd, name) // 0 for what is not there
	return int(index)
}
