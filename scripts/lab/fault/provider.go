package fault

import (
	"context"
	"strings"
	"time"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/wires"
	"edgeprobe.io/scripts/lab/world"
)

// origin is the node that the provider's account runs.
const origin = "origin"

// Parameters that several verbs have.
func pathParam() scenario.Param {
	return param("path", "only requests whose path begins so, like /api; all by default")
}
func statusParam() scenario.Param {
	return param("status", "the HTTP status, 200 to 599; 503 by default")
}
func delayParam() scenario.Param { return param("delay", "how much later, 1ms to 1m; 3s by default") }
func bodyParam() scenario.Param {
	return param("body", "what is answered instead; an apology without a word of the product by default")
}

const apology = "<!doctype html><title>Welcome to nginx!</title>"

func providerDeeds() []deed {
	return append([]deed{
		verb("account-revoked", "the provider's account is cut off: origin, API and uploads answer 503, uploads in progress break off, edges keep what they have cached",
			revoke, param("lingers", "edges that go on failing after the account is back, with how long: eu=90s")),
		verb("script-missing", "the recorder script is gone from the origin, and the edges' copies are thrown away", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			undo := w.Doors[origin].Behave(world.Manners{Path: "/recorder.js", Status: 404, Body: "not found\n"})
			return gone(undo), w.EmptyCaches(ctx)
		}),
		verb("script-old", "the origin serves a recorder script of another build, and the edges' copies are thrown away", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			undo := w.Doors[origin].Behave(world.Manners{Path: "/recorder.js", Body: "/* recorder build=41 */\nrecord('page');"})
			return gone(undo), w.EmptyCaches(ctx)
		}),
	}, doorDeeds("origin", "the origin", func(a *args) []string { return []string{origin} })...)
}

func revoke(_ context.Context, w *world.World, a *args) (Undo, error) {
	outlast := map[string]time.Duration{}
	for _, v := range a.with["lingers"] {
		region, text, _ := strings.Cut(v, "=")
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 || w.Edges[region] == nil {
			a.wrong("lingers", "%q is not like eu=90s", v)
		}
		outlast[region] = d
	}
	if a.err != nil {
		return nil, a.err
	}
	w.Revoke()
	return gone(func() { w.Restore(outlast) }), nil
}

// doorDeeds are what can befall a web server; of says at which nodes, extra are the parameters that it needs.
func doorDeeds(name, who string, of func(*args) []string, extra ...scenario.Param) []deed {
	behave := func(m func(*args) world.Manners) func(context.Context, *world.World, *args) (Undo, error) {
		return func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			manners := m(a)
			manners.Path = a.text("path", "")
			return each(ctx, a, of(a), func(node string) (Undo, error) { return gone(w.Doors[node].Behave(manners)), nil })
		}
	}
	with := func(params ...scenario.Param) []scenario.Param {
		return append(append([]scenario.Param{}, extra...), params...)
	}
	return []deed{
		verb(name+"-status", who+" answers with a status and nothing of the product", behave(func(a *args) world.Manners {
			return world.Manners{Status: a.number("status", 503, 200, 599), Body: "sorry\n"}
		}), with(statusParam(), pathParam())...),
		verb(name+"-body", who+" answers 200 with something else", behave(func(a *args) world.Manners {
			return world.Manners{Body: a.text("body", apology)}
		}), with(bodyParam(), pathParam())...),
		verb(name+"-slow", who+" answers later", behave(func(a *args) world.Manners {
			return world.Manners{Delay: a.duration("delay", 3*time.Second, time.Millisecond, time.Minute)}
		}), with(delayParam(), pathParam())...),
		verb(name+"-hang", who+" takes requests and answers nothing", behave(func(*args) world.Manners { return world.Manners{Hang: true} }), with(pathParam())...),
		verb(name+"-reset", who+" resets the connection once it has the request", behave(func(*args) world.Manners { return world.Manners{Reset: true} }), with(pathParam())...),
		verb(name+"-cut", who+"'s answers break off in their body", behave(func(a *args) world.Manners {
			return world.Manners{Cut: a.number("bytes", 10, 1, 1<<20)}
		}), with(param("bytes", "of the body that still arrive, from 1; 10 by default"), pathParam())...),
		verb(name+"-refuse", who+" refuses connections, and ends those that there are", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, of(a), func(node string) (Undo, error) { return w.Net().Reject(ctx, node, 80, 443) })
		}, with()...),
		verb(name+"-blackhole", "nothing that is sent to "+who+" arrives", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			return each(ctx, a, of(a), func(node string) (Undo, error) {
				return w.Net().Lose(ctx, world.TrunkLink(node), wires.In, wires.Loss{Share: 1})
			})
		}, with()...),
	}
}
