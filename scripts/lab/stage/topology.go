package stage

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"edgeprobe.io/scripts/lab/fault"
	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/world"
)

// devices are all that a scenario can ask for: the usual two, and one more in each region.
func devices() []world.Device {
	return append(world.Default().Devices,
		world.Device{ID: "boston", Site: "boston", Region: "us", Uplinks: []world.Uplink{{Name: "eth0", Network: "us-cable"}, {Name: "wwan0", Network: "us-cell", Metered: true}}},
		world.Device{ID: "madrid", Site: "madrid", Region: "eu", Uplinks: []world.Uplink{{Name: "eth0", Network: "es-fiber"}, {Name: "wwan0", Network: "es-mobile", Metered: true}}},
	)
}

// Catalog is what scenarios may speak of.
func Catalog() scenario.Catalog {
	c := scenario.Catalog{Services: []string{"shop", "recorder", "uploads"}, Verbs: fault.Verbs()}
	add := func(list *[]string, name string) {
		if !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	for _, d := range devices() {
		add(&c.Devices, d.ID)
		add(&c.Sites, d.Site)
		add(&c.Regions, d.Region)
		for _, u := range d.Uplinks {
			add(&c.Uplinks, u.Name)
		}
	}
	for _, d := range world.Default().Devices {
		c.Usual = append(c.Usual, d.ID)
	}
	return c
}

// topology is the world that a scenario describes.
func topology(w scenario.World) (world.Topology, error) {
	t := world.Topology{Every: w.Every, Metered: w.Metered, Cluster: w.Broker == "nats"}
	for _, d := range devices() {
		if !slices.Contains(w.Devices, d.ID) {
			continue
		}
		over := map[string]any{}
		for _, of := range []string{"all", d.ID} {
			var own map[string]any
			if err := yaml.Unmarshal(w.Config[of], &own); err != nil {
				return t, fmt.Errorf("read the config of %s: %w", of, err)
			}
			over = merge(over, own)
		}
		if len(over) > 0 {
			d.Overlay = over
		}
		t.Devices = append(t.Devices, d)
	}
	return t, nil
}

// merge lays one mapping over another, group by group.
func merge(base, over map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range base {
		out[k] = v
	}
	for k, v := range over {
		below, group := out[k].(map[string]any)
		more, groups := v.(map[string]any)
		if group && groups {
			v = merge(below, more)
		}
		out[k] = v
	}
	return out
}
