package fault

import (
	"context"
	"crypto/tls"
	"time"

	"edgeprobe.io/scripts/lab/pki"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

func regionParam() scenario.Param {
	return param("of", "the regions whose edge it is; all by default")
}

func edgeDeeds() []deed {
	nodes := func(a *args) (all []string) {
		for _, r := range a.regions() {
			all = append(all, world.EdgeNode(r))
		}
		return all
	}
	return append(doorDeeds("edge", "the edge", nodes, regionParam()),
		verb("edge-lost-origin", "the edge cannot reach its origin: what it has in its cache it still serves", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.regions(), func(r string) (Undo, error) {
				w.Edges[r].FailFor(24 * time.Hour)
				return gone(func() { w.Edges[r].FailFor(0) }), nil
			})
		}, regionParam()),
		verb("edge-mtu-blackhole", "packets of the edge above a length are lost without a word", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			loss := wires.Loss{Share: 1, Longer: a.number("longer", 1000, 68, 1500)}
			return each(ctx, a, nodes(a), func(node string) (Undo, error) { return w.Net().Lose(ctx, world.TrunkLink(node), wires.Out, loss) })
		}, regionParam(), longerParam()),
		verb("cache-off", "the edge asks its origin for everything", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.regions(), func(r string) (Undo, error) { return gone(w.Edges[r].CacheOff()), nil })
		}, regionParam()),
		verb("cache-stale", "the edge keeps answers for an hour that it may keep for seconds, and those that it has got meanwhile even afterwards", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.regions(), func(r string) (Undo, error) { return gone(w.Edges[r].CacheKeeps()), nil })
		}, regionParam()),
		verb("cache-emptied", "the edges' caches are thrown away, once", func(ctx context.Context, w *world.World, _ *args) (Undo, error) {
			return nil, w.EmptyCaches(ctx)
		}),
		verb("cache-poisoned", "the edge serves something else from its cache for the recorder script", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			poison := world.Manners{Path: "/recorder.js", Body: "/* nothing to see */", Cached: true}
			return each(ctx, a, nodes(a), func(node string) (Undo, error) { return gone(w.Doors[node].Behave(poison)), nil })
		}, regionParam()),
		verb("script-truncated", "the recorder script arrives as its first bytes alone", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, nodes(a), func(node string) (Undo, error) {
				return gone(w.Doors[node].Behave(world.Manners{Path: "/recorder.js", Cut: 12})), nil
			})
		}, regionParam()),
		verb("uploads-break", "uploads break off midway and their connection is reset", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, nodes(a), func(node string) (Undo, error) {
				return gone(w.Doors[node].Behave(world.Manners{Path: "/uploads/", Reset: true})), nil
			})
		}, regionParam()),
		verb("certificate-expired", "the edge shows a certificate that ran out a year ago", shows(func(w *world.World) (*tls.Certificate, error) {
			return w.CA.Expired(world.Zone, "*."+world.Zone)
		}), regionParam()),
		verb("certificate-wrong-host", "the edge shows another customer's certificate", shows(func(w *world.World) (*tls.Certificate, error) {
			return w.CA.Server("somebody.else.example")
		}), regionParam()),
		verb("certificate-unknown-ca", "the edge shows a certificate of an authority that nobody trusts", shows(func(*world.World) (*tls.Certificate, error) {
			return stranger(world.Zone, "*."+world.Zone)
		}), regionParam()),
		verb("blocked", "the service's firewall drops everything from a site", block, param("of", "the sites; all by default")),
	)
}

// stranger issues a certificate that nobody has a reason to trust.
func stranger(names ...string) (*tls.Certificate, error) {
	ca, err := pki.New("an authority that nobody knows")
	if err != nil {
		return nil, err
	}
	return ca.Server(names...)
}

func shows(cert func(*world.World) (*tls.Certificate, error)) func(context.Context, *world.World, *args) (Undo, error) {
	return func(ctx context.Context, w *world.World, a *args) (Undo, error) {
		c, err := cert(w)
		if err != nil {
			return nil, err
		}
		return each(ctx, a, a.regions(), func(r string) (Undo, error) { return gone(w.Edges[r].Show(c)), nil })
	}
}

// block drops what comes from a site's ISPs at every door of the provider.
func block(ctx context.Context, w *world.World, a *args) (Undo, error) {
	loss := wires.Loss{Share: 1, Address: w.PublicOf(a.sites()...)}
	doors := []string{origin}
	for _, r := range w.Topology.Regions() {
		doors = append(doors, world.EdgeNode(r))
	}
	return each(ctx, a, doors, func(node string) (Undo, error) { return w.Net().Lose(ctx, world.TrunkLink(node), wires.In, loss) })
}
