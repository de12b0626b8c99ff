package wire

import (
	"encoding/json"
	"fmt"
	"strings"
)

// maxDiscovery bounds Home Assistant's discovery message, which grows with services and uplinks.
const maxDiscovery = 64 << 10

// Discovered is what Home Assistant is told of a device.
type Discovered struct {
	Device, Site, Version string
	Services, Uplinks     []string
}

// discovery is Home Assistant's device discovery payload (since 2024.11), in its abbreviated keys.
type discovery struct {
	Device     map[string]any       `json:"dev"`
	Origin     map[string]any       `json:"o"`
	Components map[string]component `json:"cmps"`
}

type component struct {
	Platform     string   `json:"p"`
	UniqueID     string   `json:"uniq_id"`
	Name         string   `json:"name"`
	StateTopic   string   `json:"stat_t"`
	Template     string   `json:"val_tpl"`
	Class        string   `json:"dev_cla"`
	Options      []string `json:"options,omitempty"`
	Attributes   string   `json:"json_attr_t,omitempty"`
	Availability []avail  `json:"avty"`
}

type avail struct {
	Topic    string `json:"t"`
	Template string `json:"val_tpl"`
}

// EncodeHomeAssistant writes the discovery message for [HomeAssistant]'s topic: per service its status and
// whether it is a confirmed problem, per uplink its sight, all available while the device is online.
func EncodeHomeAssistant(d Discovered) ([]byte, error) {
	m := discovery{
		Device: map[string]any{
			"ids": []string{"edgeprobe_" + d.Device}, "name": "edgeprobe " + d.Device, "mf": "edgeprobe",
			"sw": d.Version, "sa": d.Site,
		},
		Origin:     map[string]any{"name": "edgeprobe", "sw": d.Version},
		Components: map[string]component{},
	}
	for _, s := range d.Services {
		topic := Decision(d.Device, s)
		m.add(d.Device, "service", s, "status", component{
			Platform: "sensor", Name: s, StateTopic: topic, Attributes: topic, Class: "enum",
			Template: "{{ value_json.status }}",
			Options:  []string{"unknown", "up", "suspected", "partial", "single_site", "confirmed", "recovering"},
		})
		m.add(d.Device, "service", s, "problem", component{
			Platform: "binary_sensor", Name: s + " outage", StateTopic: topic, Class: "problem",
			Template: "{{ 'ON' if value_json.status in ('confirmed', 'recovering') else 'OFF' }}",
		})
	}
	for _, u := range d.Uplinks {
		topic := Uplink(d.Device, u)
		m.add(d.Device, "uplink", u, "sight", component{
			Platform: "sensor", Name: "uplink " + u, StateTopic: topic, Attributes: topic, Class: "enum",
			Template: "{{ value_json.sight }}", Options: []string{"unknown", "sighted", "blind", "down"},
		})
	}
	payload, err := json.Marshal(m)
	if err == nil && len(payload) > maxDiscovery {
		err = fmt.Errorf("%d bytes are more than %d", len(payload), maxDiscovery)
	}
	if err != nil {
		return nil, fmt.Errorf("encode home assistant discovery: %w", err)
	}
	return payload, nil
}

func (m discovery) add(device, kind, name, what string, c component) {
	key := strings.Join([]string{kind, name, what}, "_")
	c.UniqueID = "edgeprobe_" + device + "_" + key
	c.Availability = []avail{{Status(device), "{{ value_json.state }}"}}
	m.Components[key] = c
}
