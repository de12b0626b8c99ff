package fault

import (
	"context"

	"edgeprobe.io/scripts/lab/world"
)

// peopleDeeds are what people do at a device.
func peopleDeeds() []deed {
	of := need("of", "the devices")
	return []deed{
		verb("acknowledged", "somebody acknowledges a service's open incident at a device's page", func(ctx context.Context, w *world.World, a *args) (Undo, error) {
			service, by := a.text("service", ""), a.text("by", "somebody")
			_, err := each(ctx, a, a.devices(), func(id string) (Undo, error) {
				return gone(func() {}), w.Acknowledge(ctx, id, service, by)
			})
			return nil, err
		}, of, need("service", "the service"), param("by", "who; somebody by default")),
		verb("device-misconfigured", "somebody edits a device's config and restarts it, and puts it right when undone", misconfigure, of,
			param("how", "refused: with a key that nobody knows; elsewhere: its check of the shop asks for a page that never was, the default; blind: all its controls ask for hosts that never were", "refused", "elsewhere", "blind")),
	}
}

// misconfigure gives devices a wrong config.
func misconfigure(ctx context.Context, w *world.World, a *args) (Undo, error) {
	check := func(name, url string) map[string]any { return map[string]any{"name": name, "url": url} }
	how := a.text("how", "elsewhere")
	over, known := map[string]map[string]any{
		"refused": {"intervall": "1s"},
		"elsewhere": {"services": []any{map[string]any{"name": "shop", "checks": []any{
			check("api", "https://"+world.Zone+"/no/such/page"),
		}}}},
		"blind": {"controls": []any{
			check("net", "https://never.example.net/"), check("org", "https://never.example.org/"), check("com", "http://never.example.com/"),
		}},
	}[how]
	if !known {
		a.wrong("how", "%q is no mistake that is known", how)
	}
	return each(ctx, a, a.devices(), func(id string) (Undo, error) { return w.Reconfigure(id, over) })
}
