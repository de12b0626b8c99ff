package world

import (
	"bytes"
	"cmp"
	"fmt"
	"text/template"
	"time"

	"go.yaml.in/yaml/v3"
)

// fleetEntry is a device in the fleet list.
const fleetEntry = `- id: {{.Device.ID}}
  site: {{.Device.Site}}
  region: {{.Device.Region}}
  key: "{{.Public}}"
  uplinks:
{{- range .Device.Uplinks}}
    - {name: {{.Name}}, network: {{.Network}}, metered: {{.Metered}}}
{{- end}}
`

// deviceConfig is what a device is given unless its overlay says otherwise: three services behind the nearest edge,
// each with what lies behind the caches; the other regions' edges by pinned address; controls outside the provider.
const deviceConfig = `device: {{.Device.ID}}
key: file:{{.Device.ID}}.key
fleet: file:fleet.yaml
trust: file:ca.pem

uplinks:
{{- range .Uplinks}}
  - {name: {{.Name}}, interface: {{.Name}}, resolvers: ["{{.Resolver}}"]}
{{- end}}

services:
  - name: shop
    checks:
      - {name: api, kind: http, url: "https://shop.example/api/session", interval: {{$.Every}}, expect: {status: [200], body: "\"ok\":true"}}
{{- range .Others}}
      - {name: api-{{.Region}}, kind: http, region: {{.Region}}, address: "{{.Address}}", url: "https://shop.example/api/session", interval: {{$.Every}}, expect: {status: [200], body: "\"ok\":true"}}
{{- end}}
      - {name: home, kind: http, role: evidence, url: "https://shop.example/", interval: {{$.Every}}, expect: {status: [200], body: "Welcome"}}
      - {name: origin, kind: http, role: origin, url: "https://origin.shop.example/api/session", interval: {{$.Every}}, expect: {status: [200]}}
  - name: recorder
    checks:
      - {name: script, kind: http, url: "https://cdn.shop.example/recorder.js", interval: {{$.Every}}, expect: {status: [200], body: "record\\("}}
      - {name: origin, kind: http, role: origin, url: "https://origin.shop.example/recorder.js", interval: {{$.Every}}, expect: {status: [200], body: "record\\("}}
  - name: uploads
    checks:
      - {name: part, kind: http, method: PUT, url: "https://shop.example/uploads/{{.Device.ID}}/parts/1", body: "a small part", interval: {{$.Every}}, expect: {status: [200], body: stored}}

controls:
  - {name: net, kind: http, url: "https://www.example.net/", interval: {{$.Every}}, expect: {status: [204]}}
  - {name: org, kind: http, url: "https://www.example.org/", interval: {{$.Every}}, expect: {status: [204]}}
  - {name: com, kind: http, url: "http://www.example.com/", interval: {{$.Every}}, expect: {status: [204]}}
  - {name: wrong, kind: http, negative: true, url: "https://wrong.example.net/", interval: 5s, expect: {status: [204]}}

schedule: {incident: 1s, metered: {{.Metered}}}
feed:
  heartbeat: 1s
  keep_alive: 5s
  brokers:
    - {name: main, url: "mqtt://broker.example.net:1883", username: {{.Device.ID}}, password: "file:{{.Device.ID}}.password"}
panel: {board: sim, record: panel.jsonl, regions: [{{range $i, $r := .Regions}}{{if $i}}, {{end}}{{$r}}{{end}}]}
store: {dir: "{{.Store}}", commit: 1s}
statuspage: {listen: "{{.Page}}"}
`

// other is the edge of another region.
type other struct{ Region, Address string }

// way is an uplink with its ISP's resolver.
type way struct{ Name, Resolver string }

// config writes a device's config, with its overlay, and says how many services it watches.
func (w *World) config(d Device) (text []byte, services int, err error) {
	data := map[string]any{"Device": d, "Regions": w.Topology.Regions(), "Store": w.path(d.ID, "store"), "Page": pageAddress}
	data["Every"], data["Metered"] = cmp.Or(w.Topology.Every, time.Second), cmp.Or(w.Topology.Metered, 10*time.Second)
	var ways []way
	for _, u := range d.Uplinks {
		ways = append(ways, way{u.Name, w.atlas.dev[[2]string{d.ID, u.Name}].gateway.v4.String()})
	}
	var others []other
	for _, r := range w.Topology.Regions() {
		if r != d.Region {
			others = append(others, other{r, w.atlas.leaf[EdgeNode(r)].v4.String()})
		}
	}
	data["Uplinks"], data["Others"] = ways, others
	text, err = fill(deviceConfig, data)
	if err != nil {
		return nil, 0, err
	}
	var base map[string]any
	if err := yaml.Unmarshal(text, &base); err != nil {
		return nil, 0, fmt.Errorf("read a device's own config: %w", err)
	}
	if d.Overlay != nil {
		base = overlayMap(base, d.Overlay)
		text, err = yaml.Marshal(base)
	}
	list, _ := base["services"].([]any)
	return text, len(list), err
}

func fill(text string, data any) ([]byte, error) {
	t, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("parse a template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("fill a template: %w", err)
	}
	return b.Bytes(), nil
}
