package config

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/feed"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/panel"
	"edgeprobe.io/firmware/probe"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/statuspage"
	"edgeprobe.io/firmware/store"
)

// Config is a device's checked configuration. It holds secrets: its own text and JSON forms leave them out, but
// its fields do not hide theirs.
type Config struct {
	Fold       fold.Settings
	Checks     []firmware.Check  // of the services in the file's order, then the controls, then the uplinks' portal checks
	Uplinks    []firmware.Uplink // in the file's order
	Probe      probe.Settings
	Schedule   schedule.Settings
	Store      store.Settings
	Feed       feed.Settings
	Panel      panel.Settings
	Statuspage statuspage.Settings
	Board      string             // "sim" by default
	Record     string             // path of what the board sim records; "": nothing
	Key        ed25519.PrivateKey // this device's; nil only when it is the fleet's only one
	Warnings   []string           // what works but will disappoint, a sentence each
	Digest     string             // SHA-256 of the file, in hexadecimal
}

// Load reads the file at path. Its error is an [Errors] with every problem.
func Load(path string) (*Config, error) {
	data, err := readFile(path)
	if err != nil {
		var ps problems
		ps.add(place{file: path}, kindUnreadable, "", plain(err))
		return nil, ps.err(path)
	}
	return Parse(path, data, filepath.Dir(path))
}

// Parse reads data, the contents of the file called name; relative references resolve in dir. Its error is an
// [Errors] with every problem.
func Parse(name string, data []byte, dir string) (*Config, error) {
	b := &builder{reader: reader{dir: dir}, name: name}
	var raw rawFile
	if b.decode(name, data, &raw, "") {
		b.build(&raw)
	}
	if err := b.err(name); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	b.cfg.Digest = hex.EncodeToString(sum[:])
	return &b.cfg, nil
}

// readFile returns at most one byte more than a file may have.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// Summary is what a Config tells of itself to anybody.
type Summary struct {
	Device   string   `json:"device"`
	Fleet    int      `json:"fleet"` // devices
	Uplinks  int      `json:"uplinks"`
	Services int      `json:"services"`
	Checks   int      `json:"checks"` // of services
	Controls int      `json:"controls"`
	Brokers  int      `json:"brokers"`
	Signed   bool     `json:"signed"` // it has a key
	Digest   string   `json:"digest"`
	Warnings []string `json:"warnings"`
}

// Summary returns counts and warnings, and no secret.
func (c Config) Summary() Summary {
	controls, checks := 0, 0
	for _, check := range c.Checks {
		switch check.Role {
		case firmware.RoleControl:
			controls++
		case firmware.RolePortal:
		default:
			checks++
		}
	}
	return Summary{
		Device: c.Fold.Device, Fleet: len(c.Fold.Fleet), Uplinks: len(c.Uplinks), Services: len(c.Fold.Services),
		Checks: checks, Controls: controls, Brokers: len(c.Feed.Brokers),
		Signed: c.Key != nil, Digest: c.Digest, Warnings: append([]string{}, c.Warnings...),
	}
}

// String returns the summary in words, also for logs.
func (c Config) String() string {
	s := c.Summary()
	return fmt.Sprintf("%s of %s: %s, %s with %s, %s, %s", s.Device, count(s.Fleet, "device"), count(s.Uplinks, "uplink"),
		count(s.Services, "service"), count(s.Checks, "check"), count(s.Controls, "control"), count(s.Brokers, "broker"))
}

// GoString keeps the secrets out of %#v.
func (c Config) GoString() string { return "config.Config{" + c.String() + "}" }

// MarshalJSON writes the summary.
func (c Config) MarshalJSON() ([]byte, error) { return json.Marshal(c.Summary()) }

// count returns "1 device" or "2 devices".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
