package world

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"edgeprobe.io/firmware"
)

// Topology is who stands where.
type Topology struct {
	Devices []Device
	Every   time.Duration // between two runs of a check on an unmetered uplink; 0: 1 s
	Metered time.Duration // the least on a metered one; 0: 10 s
	Cluster bool          // the broker is a cluster of three NATS servers instead of one Mosquitto
}

// Device is one appliance and what it is connected to.
type Device struct {
	ID, Site, Region string
	Uplinks          []Uplink
	// Overlay is laid over the device's generated config: mappings are merged, lists whose entries have a name by
	// that name, null takes a key away, everything else replaces. Nil: nothing.
	Overlay map[string]any
}

// Uplink is one of a device's ways out.
type Uplink struct {
	Name    string // the interface, like "eth0"
	Network string // the ISP, like "us-fiber"; devices that name the same have the same
	Metered bool
}

// Default is the topology of 22 January: two sites on two continents, a device each, with two ways out.
func Default() Topology {
	return Topology{Devices: []Device{
		{ID: "newyork", Site: "newyork", Region: "us", Uplinks: []Uplink{{"eth0", "us-fiber", false}, {"wwan0", "us-mobile", true}}},
		{ID: "berlin", Site: "berlin", Region: "eu", Uplinks: []Uplink{{"eth0", "eu-dsl", false}, {"wwan0", "eu-mobile", true}}},
	}}
}

// Limits of a topology.
const (
	maxDevices = 20
	maxUplinks = 4
)

// Check says what is wrong with a topology, all of it.
func (t Topology) Check() error {
	var errs []error
	say := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(t.Devices) == 0 || len(t.Devices) > maxDevices {
		say("%d devices: there must be 1 to %d", len(t.Devices), maxDevices)
	}
	seen := map[string]bool{}
	for _, d := range t.Devices {
		for _, name := range []string{d.ID, d.Site, d.Region} {
			if err := firmware.ValidName(name); err != nil {
				say("device %q: %w", d.ID, err)
			}
		}
		if seen[d.ID] || slices.Contains(parts(), d.ID) {
			say("device %q: the name is taken", d.ID)
		}
		seen[d.ID] = true
		if len(d.Uplinks) == 0 || len(d.Uplinks) > maxUplinks {
			say("device %q: %d uplinks: there must be 1 to %d", d.ID, len(d.Uplinks), maxUplinks)
		}
		for _, u := range d.Uplinks {
			if firmware.ValidName(u.Name) != nil || len(u.Name) > 15 || firmware.ValidName(u.Network) != nil || seen[u.Network] || slices.Contains(parts(), u.Network) {
				say("device %q: uplink %q of network %q: both must be names of their own, the first at most 15 characters", d.ID, u.Name, u.Network)
			}
		}
	}
	return errors.Join(errs...)
}

// Brokers returns the nodes of the broker.
func (t Topology) Brokers() []string {
	if t.Cluster {
		return clusterNodes()
	}
	return []string{broker}
}

// Regions returns the regions, each once, in the order of the devices.
func (t Topology) Regions() (all []string) {
	for _, d := range t.Devices {
		if !slices.Contains(all, d.Region) {
			all = append(all, d.Region)
		}
	}
	return all
}

// Sites returns the sites, each once, in the order of the devices.
func (t Topology) Sites() (all []string) {
	for _, d := range t.Devices {
		if !slices.Contains(all, d.Site) {
			all = append(all, d.Site)
		}
	}
	return all
}

// Networks returns the ISPs, each once, in the order of the uplinks.
func (t Topology) Networks() (all []string) {
	for _, d := range t.Devices {
		for _, u := range d.Uplinks {
			if !slices.Contains(all, u.Network) {
				all = append(all, u.Network)
			}
		}
	}
	return all
}

// Device returns a device by its id.
func (t Topology) Device(id string) (Device, bool) {
	i := slices.IndexFunc(t.Devices, func(d Device) bool { return d.ID == id })
	if i < 0 {
		return Device{}, false
	}
	return t.Devices[i], true
}

// regionOf returns the region that an ISP is in: that of its first customer.
func (t Topology) regionOf(network string) string {
	for _, d := range t.Devices {
		if slices.ContainsFunc(d.Uplinks, func(u Uplink) bool { return u.Network == network }) {
			return d.Region
		}
	}
	return ""
}
