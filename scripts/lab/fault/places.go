package fault

import (
	"context"

	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

func placeDeeds() []deed {
	return []deed{
		verb("isp-down", "an ISP has lost its way to the rest of the Internet; its resolver answers from its cache alone", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.networks(), func(isp string) (Undo, error) { return w.Net().Down(ctx, world.TrunkLink(isp)) })
		}, need("of", "the ISPs")),
		verb("router-dead", "a site's router is dead: all uplinks of its devices carry nothing", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, w.LinksOf(a.sites()...), func(link string) (Undo, error) {
				return w.Net().Lose(ctx, link, wires.Both, wires.Loss{Share: 1})
			})
		}, need("of", "the sites")),
		verb("region-down", "every ISP of a region and the region's edge have lost their way to the rest of the Internet", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			var nodes []string
			for _, r := range a.regions() {
				nodes = append(append(nodes, world.EdgeNode(r)), w.NetworksOf(r)...)
			}
			return each(ctx, a, nodes, func(node string) (Undo, error) { return w.Net().Down(ctx, world.TrunkLink(node)) })
		}, need("of", "the regions")),
		verb("controls-down", "the controls cannot be reached, from anywhere", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, a.among("of", world.Controls()), func(node string) (Undo, error) { return w.Net().Down(ctx, world.TrunkLink(node)) })
		}, param("of", "which: control-a, control-b, control-c; all by default")),
		verb("backbone-down", "nobody reaches anybody beyond an ISP", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, w.Topology.Networks(), func(isp string) (Undo, error) { return w.Net().Down(ctx, world.TrunkLink(isp)) })
		}),
	}
}
