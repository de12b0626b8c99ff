package demo

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"
)

// calmInterval is how often a device looks over its unmetered uplink in the replay.
const calmInterval = time.Second

// Device is one appliance to start.
type Device struct {
	ID     string
	Site   string // with its region, for people
	Config string // path of its config file
	Page   string // URL of its local page, once it runs
}

// WriteConfigs writes everything the two devices need into dir: a fleet list, and per device a config, a key, a
// password and a place for its store. makeKey writes a new device key to a path and returns the public key's text.
func (w *World) WriteConfigs(dir string, makeKey func(path string) (public string, err error)) ([]Device, error) {
	if err := write(filepath.Join(dir, "ca.pem"), w.trust); err != nil {
		return nil, err
	}
	var out []Device
	var fleet strings.Builder
	for _, d := range devices() {
		public, err := makeKey(filepath.Join(dir, d.ID+".key"))
		if err != nil {
			return nil, fmt.Errorf("make the key of %s: %w", d.ID, err)
		}
		entry, err := fill(fleetEntry, map[string]any{"Device": d, "Public": public})
		if err != nil {
			return nil, err
		}
		fleet.WriteString(entry)
		made, err := w.writeDevice(dir, d)
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, write(filepath.Join(dir, "fleet.yaml"), []byte(fleet.String()))
}

func (w *World) writeDevice(dir string, d device) (Device, error) {
	page, err := freeAddress(loopback)
	if err != nil {
		return Device{}, fmt.Errorf("find a port for the page of %s: %w", d.ID, err)
	}
	config, err := fill(deviceConfig, map[string]any{
		"Device": d, "Interval": calmInterval, "Edge": w.base(Zone), "Names": w.names.Address, "Page": page,
		"Origin": "http://" + net.JoinHostPort("origin."+Zone, portOf(w.origin.Addr())),
		"Broker": "mqtt://" + w.Broker.Address, "Store": filepath.Join(dir, d.ID+".store"), "Controls": w.controlURLs(),
	})
	if err != nil {
		return Device{}, err
	}
	made := Device{d.ID, d.ID + " (" + d.Region + ")", filepath.Join(dir, d.ID+".yaml"), "http://" + page}
	if err := write(filepath.Join(dir, d.ID+".password"), []byte(w.Broker.Password(d.ID)+"\n")); err != nil {
		return Device{}, err
	}
	return made, write(made.Config, []byte(config))
}

func (w *World) controlURLs() []string {
	var urls []string
	for _, l := range w.controls {
		urls = append(urls, "http://"+l.Addr().String()+"/")
	}
	return urls
}

func fill(text string, data any) (string, error) {
	t, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", fmt.Errorf("parse a template: %w", err)
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", fmt.Errorf("fill a template: %w", err)
	}
	return b.String(), nil
}

func write(path string, data []byte) error {
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fmt.Errorf("write the demo's files: %w", err)
	}
	return nil
}

// freeAddress finds a port that is free now; whoever listens there next may still be too late.
func freeAddress(address string) (string, error) {
	ls, err := listen(address)
	if err != nil {
		return "", err
	}
	defer closeAll(ls)
	return ls[0].Addr().String(), nil
}
