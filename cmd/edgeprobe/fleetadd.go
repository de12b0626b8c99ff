package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/identity"
)

// addDevice makes the device's key and config and, last, its entry: the list never names a device without them.
// What it has written is removed again when it cannot finish.
func addDevice(dir string, d firmware.Device, resolvers []string) (err error) {
	unlock, err := lockDir(dir)
	if err != nil {
		return fmt.Errorf("open fleet directory: %w; make it with edgeprobe fleet init %s", err, dir)
	}
	defer unlock()
	if err := validDevice(d); err != nil {
		return err
	}
	list := filepath.Join(dir, fleetFile)
	devices, err := config.LoadFleet(list)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(devices, func(o firmware.Device) bool { return o.ID == d.ID }) {
		return fmt.Errorf("%s is in %s already; choose another id", d.ID, list)
	}
	if err := tryDevice(d, len(devices), resolvers); err != nil {
		return err
	}
	undo, err := writeDevice(dir, &d, resolvers)
	if err == nil {
		err = writeFleet(list, append(devices, d))
	}
	if err != nil {
		return errors.Join(err, undo())
	}
	return nil
}

// validDevice checks the names on the command line, before anything is written.
func validDevice(d firmware.Device) error {
	names := map[string][]string{"device": {d.ID}, "--site": {d.Site}, "--region": {d.Region}}
	seen := map[string]bool{}
	for _, u := range d.Uplinks {
		names["--uplink"] = append(names["--uplink"], append([]string{u.Name, u.Network}, u.SharedRisk...)...)
		if seen[u.Name] {
			return fmt.Errorf("--uplink %s is given twice; give every uplink its own name", u.Name)
		}
		seen[u.Name] = true
	}
	for _, where := range []string{"device", "--site", "--region", "--uplink"} {
		for _, name := range names[where] {
			if err := firmware.ValidName(name); err != nil {
				return fmt.Errorf("%s: %w", where, err)
			}
		}
	}
	if d.ID == "fleet" {
		return errors.New("device: fleet is the list's own name; choose another id")
	}
	return nil
}

// tryDevice reads the device's config as it will be written, before anything is.
func tryDevice(d firmware.Device, others int, resolvers []string) error {
	if others >= config.MaxFleet {
		return fmt.Errorf("the fleet has %d devices, which is the most", others)
	}
	_, err := config.Parse(d.ID+".yaml", []byte(config.DeviceFile(d, "", "", resolvers)), ".")
	var problem config.Problem
	if errors.As(err, &problem) {
		return fmt.Errorf("the config of %s would be wrong: %s: %s; %s", d.ID, problem.Key, problem.What, problem.Mend)
	}
	return err
}

// writeDevice writes the key and the config, and returns how to take them back.
func writeDevice(dir string, d *firmware.Device, resolvers []string) (undo func() error, err error) {
	var written []string
	undo = func() error {
		var errs []error
		for _, path := range written {
			errs = append(errs, os.Remove(path))
		}
		return errors.Join(errs...)
	}
	key, err := identity.GenerateKey()
	if err != nil {
		return undo, err
	}
	keyPath, configPath := filepath.Join(dir, d.ID+".key"), filepath.Join(dir, d.ID+".yaml")
	if err := identity.SaveKey(keyPath, key); err != nil {
		return undo, err
	}
	written = append(written, keyPath)
	d.Key = identity.PublicOf(key)
	if err := createFile(configPath, config.DeviceFile(*d, fleetFile, d.ID+".key", resolvers)); err != nil {
		return undo, fmt.Errorf("write %s: %w", configPath, err)
	}
	written = append(written, configPath)
	return undo, nil
}

// writeFleet replaces the list, whole or not at all.
func writeFleet(path string, devices []firmware.Device) error {
	if err := identity.WriteFile(path, []byte(config.FormatFleet(devices)), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// lockDir keeps others that add to the same fleet waiting until unlock is called.
func lockDir(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // closing unlocks
}
