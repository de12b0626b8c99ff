package scenario

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Load reads and checks the scenario in a file.
func Load(file string, have Catalog) (*Scenario, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	return Parse(file, data, have)
}

// Parse checks the scenario in data, the content of a file. Its error is [Problems].
func Parse(file string, data []byte, have Catalog) (*Scenario, error) {
	r := reader{complaints: complaints{file: file}}
	var raw rawScenario
	if !r.decode(data, &raw) || len(r.all) > 0 {
		return nil, r.err()
	}
	b := builder{complaints: r.complaints, have: have}
	s := b.scenario(raw)
	if err := b.err(); err != nil {
		return nil, err
	}
	s.File = file
	s.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return s, nil
}

// The defaults of the world.
const (
	every   = time.Second
	metered = 10 * time.Second
)

// builder checks what raw values mean together.
type builder struct {
	complaints
	have  Catalog
	clock clock
	world World
}

func (b *builder) scenario(raw rawScenario) *Scenario {
	s := &Scenario{
		Title: string(raw.Title), About: string(raw.About), Why: string(raw.Why), Seed: 1,
		Lasts: time.Duration(raw.Lasts), NotYet: string(raw.NotYet),
	}
	if raw.has("seed") {
		s.Seed = int64(raw.Seed)
	}
	if s.Lasts < time.Second || s.Lasts > 10*time.Minute {
		b.add(raw.key("lasts"), "keep it from 1s to 10m", "is %v", s.Lasts)
	}
	b.world = b.stands(raw.World)
	s.World = b.world
	s.Faults = b.faults(raw.Faults, s.Lasts)
	b.clock = newClock(s.Lasts, s.Faults)
	for _, t := range raw.Truth {
		s.Truth = append(s.Truth, b.truth(t))
	}
	for _, x := range raw.Expect {
		s.Expect = append(s.Expect, b.sight(x, false))
	}
	for _, x := range raw.Never {
		s.Never = append(s.Never, b.sight(x, true))
	}
	if len(s.Expect) == 0 {
		b.add(raw.key("expect"), "say at least one thing that must be seen", "is empty")
	}
	return s
}

func (b *builder) stands(raw rawWorld) World {
	usual := b.have.Usual
	if len(usual) == 0 {
		usual = b.have.Devices
	}
	w := World{Devices: usual, Every: every, Metered: metered, Broker: "mosquitto", Config: map[string][]byte{}, Settle: true}
	b.known(raw.key("devices"), raw.Devices, b.have.Devices, "device")
	if len(raw.Devices) > 0 {
		w.Devices = raw.Devices
	}
	if raw.has("every") {
		w.Every = b.interval(raw.key("every"), raw.Every)
	}
	if raw.has("metered") {
		w.Metered = b.interval(raw.key("metered"), raw.Metered)
	}
	if raw.has("broker") {
		w.Broker = string(raw.Broker)
	}
	if raw.has("settle") {
		w.Settle = bool(raw.Settle)
	}
	for device, node := range raw.Config {
		if device != "all" {
			b.known(raw.key("config"), []string{device}, b.have.Devices, "device")
		}
		text, err := yaml.Marshal(node)
		if err != nil {
			b.add(raw.key("config"), "write plain YAML", "cannot be written again: %v", err)
		}
		w.Config[device] = text
	}
	return w
}

func (b *builder) interval(at place, s span) time.Duration {
	if d := time.Duration(s); d >= time.Second && d <= time.Hour {
		return d
	}
	b.add(at, "keep it from 1s to 1h", "is %v", time.Duration(s))
	return every
}

// known complains of names that a list does not have; an empty list has all.
func (b *builder) known(at place, names, list []string, what string) {
	for _, n := range names {
		if len(list) > 0 && !slices.Contains(list, n) {
			b.add(at, mendWith(n, list), "names the %s %q, which is none", what, n)
		}
	}
}
