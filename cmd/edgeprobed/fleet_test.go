package main

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware/identity"
	"edgeprobe.io/firmware/store"
)

// fleet is two devices at two sites, with the files of each in one folder.
type fleet struct {
	*provider
	devices []*device // newyork, berlin
}

// device is one of them. It runs, or not.
type device struct {
	t      *testing.T
	id     string
	dir    string // everything it is given; its store stands in it
	tmp    string // for temporary files
	page   string // "127.0.0.1:port"; port 0: any
	public ed25519.PublicKey
	*process
}

// newFleet makes two devices with two uplinks each, that publish to the broker at url. Nothing runs yet.
func newFleet(t *testing.T, url string) *fleet {
	t.Helper()
	f := &fleet{provider: newProvider(t)}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "ca.pem"), string(f.trust))
	var list strings.Builder
	for i, id := range []string{"newyork", "berlin"} {
		d := &device{t: t, id: id, dir: filepath.Join(dir, id), tmp: t.TempDir(), page: "127.0.0.1:0"}
		key, err := identity.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		d.public = identity.PublicOf(key)
		if err := os.Mkdir(d.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := identity.SaveKey(filepath.Join(d.dir, "device.key"), key); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&list, "- {id: %s, site: %s, region: %s, key: %q, uplinks: [{name: eth0, network: %s-dsl}, {name: lte, network: %s-mobile}]}\n",
			id, id, []string{"us", "eu"}[i], identity.FormatPublic(d.public), id, id)
		f.devices = append(f.devices, d)
		d.configure(f.provider, url)
	}
	put(t, filepath.Join(dir, "fleet.yaml"), list.String())
	return f
}

// sources are the loopback addresses of a device's uplinks.
func (d *device) sources() []string {
	if d.id == "berlin" {
		return []string{"127.0.12.1", "127.0.12.2"}
	}
	return []string{"127.0.11.1", "127.0.11.2"}
}

// configure writes the device's config: a check of each service every two seconds, and a rule that makes up its mind quickly.
func (d *device) configure(p *provider, broker string) {
	d.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "device: %s\nkey: file:device.key\nfleet: file:../fleet.yaml\ntrust: file:../ca.pem\nuplinks:\n", d.id)
	for i, source := range d.sources() {
		fmt.Fprintf(&b, "  - {name: %s, source: %s, resolvers: [127.0.0.1]}\n", []string{"eth0", "lte"}[i], source)
	}
	b.WriteString("services:\n")
	for _, s := range services() {
		fmt.Fprintf(&b, "  - name: %s\n    checks: [{name: edge, kind: http, url: %q, interval: 2s, timeout: 1900ms, expect: {body: well}}]\n", s, p.url+"/"+s)
	}
	b.WriteString("controls:\n")
	for i, url := range p.controls {
		fmt.Fprintf(&b, "  - {name: control-%d, kind: http, url: %q, interval: 2s, timeout: 1900ms, expect: {status: [204]}}\n", i, url)
	}
	fmt.Fprintf(&b, "rule: {bad_runs: 2, bad_span: 100ms, good_runs: 2, valid_factor: 10}\nschedule: {recheck: 50ms, incident: 500ms}\n"+
		"feed: {heartbeat: 1s, keep_alive: 5s, brokers: [{name: main, url: %q}]}\npanel: {regions: [us, eu]}\n"+
		"store: {dir: store, commit: 1s}\nstatuspage: {listen: %q}\n", broker, d.page)
	put(d.t, filepath.Join(d.dir, "edgeprobe.yaml"), b.String())
}

// journal opens a copy of the device's store, as it is on the card now.
func (d *device) journal() *store.Store {
	d.t.Helper()
	set := store.Defaults()
	set.Dir, set.Commit = d.t.TempDir(), time.Second
	if err := os.CopyFS(set.Dir, os.DirFS(filepath.Join(d.dir, "store"))); err != nil {
		d.t.Fatal(err)
	}
	s, err := store.Open(set, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		d.t.Fatal(err)
	}
	if err := s.Trouble(); err != nil {
		d.t.Fatalf("the store of %s: %v", d.id, err)
	}
	if why := s.Stats().Reset; why != "" {
		d.t.Fatalf("the journal of %s is unusable: %s", d.id, why)
	}
	d.t.Cleanup(func() { _ = s.Close() })
	return s
}

// start starts both devices.
func (f *fleet) start() {
	for _, d := range f.devices {
		d.start()
	}
}

// stop stops both devices as the service manager does.
func (f *fleet) stop() {
	for _, d := range f.devices {
		d.stop()
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
