package demo

// fleetEntry is a device in the fleet list.
const fleetEntry = `- id: {{.Device.ID}}
  site: {{.Device.ID}}
  region: {{.Device.Region}}
  key: "{{.Public}}"
  uplinks:
{{- range .Device.Uplinks}}
    - {name: {{.Name}}, network: {{.Network}}, metered: {{.Metered}}}
{{- end}}
`

// deviceConfig is a device's config: three services behind the region's edge, each with what lies behind the
// caches, and three controls outside the provider.
const deviceConfig = `device: {{.Device.ID}}
key: file:{{.Device.ID}}.key
fleet: file:fleet.yaml
trust: file:ca.pem

uplinks:
{{- range .Device.Uplinks}}
  - {name: {{.Name}}, source: {{.Source}}, resolvers: ["{{$.Names}}"]}
{{- end}}

services:
  - name: shop
    checks:
      - {name: api, kind: http, url: "{{.Edge}}/api/session", interval: {{.Interval}}, expect: {status: [200], body: "\"ok\":true"}}
      - {name: home, kind: http, role: evidence, url: "{{.Edge}}/", interval: {{.Interval}}, expect: {status: [200], body: "Welcome"}}
      - {name: origin, kind: http, role: origin, url: "{{.Origin}}/api/session", interval: {{.Interval}}, expect: {status: [200]}}
  - name: recorder
    checks:
      - {name: script, kind: http, url: "{{.Edge}}/recorder.js", interval: {{.Interval}}, expect: {status: [200], body: "record\\("}}
      - {name: origin, kind: http, role: origin, url: "{{.Origin}}/recorder.js", interval: {{.Interval}}, expect: {status: [200], body: "record\\("}}
  - name: uploads
    checks:
      - {name: part, kind: http, method: PUT, url: "{{.Edge}}/uploads/{{.Device.ID}}/parts/1", body: "a small part", interval: {{.Interval}}, expect: {status: [200], body: stored}}

controls:
{{- range $i, $url := .Controls}}
  - {name: control-{{$i}}, kind: http, url: "{{$url}}", interval: {{$.Interval}}, expect: {status: [204]}}
{{- end}}

schedule: {incident: {{.Interval}}, metered: 20s}
feed:
  heartbeat: 1s
  keep_alive: 10s
  brokers:
    - {name: demo, url: "{{.Broker}}", username: {{.Device.ID}}, password: "file:{{.Device.ID}}.password"}
panel: {board: sim, regions: [us, eu]}
store: {dir: "{{.Store}}", commit: 5s}
statuspage: {listen: "{{.Page}}"}
`
