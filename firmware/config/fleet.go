package config

import (
	"reflect"
	"strings"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/identity"
)

// fleetList is the fleet as far as it could be read.
type fleetList struct {
	devices []firmware.Device // the good ones
	raw     []rawDevice
	whole   bool // no problem was found in it
}

func (f fleetList) ids() []string {
	var ids []string
	for _, d := range f.devices {
		ids = append(ids, d.ID)
	}
	return ids
}

// fleet reads the list where it stands, or the file that is the list.
func (b *builder) fleet(raw *rawFleet) fleetList {
	before := len(b.all) + b.over
	if raw.file.OK {
		b.fleetFile(raw)
	}
	list := fleetList{raw: raw.devices}
	ids, keys := taken{}, taken{}
	for i := range raw.devices {
		if d, ok := b.fleetDevice(&raw.devices[i], len(raw.devices), ids, keys); ok {
			list.devices = append(list.devices, d)
		}
	}
	list.whole = len(list.devices) > 0 && len(list.devices) == len(list.raw) && len(b.all)+b.over == before
	return list
}

// fleetFile reads the list that a reference names.
func (b *builder) fleetFile(raw *rawFleet) {
	name, ok := strings.CutPrefix(raw.file.V, "file:")
	if !ok {
		b.add(raw.at, kindBadReference, "write file:NAME, or the list itself", raw.file.V, "is not a file: reference")
		return
	}
	data, err := readRegular(b.path(name), maxFile)
	if err != nil {
		b.add(raw.at, kindReference, "", raw.file.V, plain(err))
		return
	}
	b.decode(b.path(name), data, &raw.devices, fleetLimits)
}

// fleetDevice checks one entry in a fleet of n.
func (b *builder) fleetDevice(raw *rawDevice, n int, ids, keys taken) (firmware.Device, bool) {
	b.claimName(ids, raw.ID)
	d := firmware.Device{ID: string(raw.ID.V), Site: string(raw.Site.V), Region: string(raw.Region.V)}
	ok := raw.ID.OK && raw.Site.OK && raw.Region.OK && len(raw.Uplinks) > 0
	d.Key = b.publicKey(raw, n, keys)
	names := taken{}
	for _, u := range raw.Uplinks {
		b.claimName(names, u.Name)
		ok = ok && u.Name.OK && u.Network.OK
		fact := firmware.UplinkFact{Name: string(u.Name.V), Network: string(u.Network.V), Metered: u.Metered.or(false)}
		for _, risk := range u.SharedRisk {
			fact.SharedRisk = append(fact.SharedRisk, string(risk.V))
		}
		d.Uplinks = append(d.Uplinks, fact)
	}
	return d, ok
}

// publicKey returns the entry's key; nil when it has none, or a bad one.
func (b *builder) publicKey(raw *rawDevice, n int, keys taken) []byte {
	if !raw.Key.Given && n > 1 && raw.given {
		b.add(raw.at.under("key"), kindKeyless, "", n)
	}
	if !raw.Key.OK {
		return nil
	}
	key, err := identity.ParsePublic(raw.Key.V)
	if err != nil {
		b.add(raw.Key.at, kindPublicKey, "", raw.Key.V)
		return nil
	}
	if first, ok := keys[raw.Key.V]; ok {
		b.add(raw.Key.at, kindSharedKey, "", first)
	} else {
		keys[raw.Key.V] = strings.TrimSuffix(raw.Key.at.key, ".key")
	}
	return key
}

// LoadFleet reads a fleet file; the list may be empty. Its error is an [Errors] with every problem.
func LoadFleet(path string) ([]firmware.Device, error) {
	b := &builder{name: path}
	data, err := readRegular(path, maxFile)
	if err != nil {
		b.add(place{file: path}, kindUnreadable, "", plain(err))
		return nil, b.err(path)
	}
	var raw rawFleet
	const limits reflect.StructTag = `limits:"0..200"`
	b.decode(path, data, &raw.devices, limits)
	list := b.fleet(&raw)
	return list.devices, b.err(path)
}
