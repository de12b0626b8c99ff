package main

import (
	"fmt"
	"slices"
	"strings"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/config"
)

// everything is the name that stands for all checks of a config.
const everything = "*"

// groupOf is the name that a check shares with others: its service, or control.
func groupOf(ref firmware.CheckRef) string {
	group, _, _ := strings.Cut(ref.String(), "/")
	return group
}

// planConfigured looks up a check, or all checks of a service, in a config, over each of its uplinks.
func (f checkFlags) planConfigured(name string) ([]look, error) {
	if strings.Contains(name, "://") {
		return nil, fmt.Errorf("%q is a URL, and with --config check takes names: leave --config out", withoutUser(name))
	}
	c, err := config.Load(f.config)
	if err != nil {
		return nil, err
	}
	uplinks := c.Uplinks
	if f.uplink != "" {
		uplinks = slices.DeleteFunc(slices.Clone(uplinks), func(u firmware.Uplink) bool { return u.Name != f.uplink })
		if len(uplinks) == 0 {
			return nil, fmt.Errorf("%s has no uplink %q: it has %s", f.config, f.uplink, list(c.Uplinks, func(u firmware.Uplink) string { return u.Name }))
		}
	}
	var out []look
	for _, check := range c.Checks {
		ref := check.Ref.String()
		group := groupOf(check.Ref)
		if name != everything && ref != name && group != name {
			continue
		}
		for _, u := range uplinks {
			if check.Uplink != "" && check.Uplink != u.Name {
				continue
			}
			out = append(out, look{target: check.Ref.String() + " over " + u.Name, named: true, check: check, uplink: u, probe: c.Probe})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no check %q: it has %s", f.config, name, list(c.Checks, func(ch firmware.Check) string { return ch.Ref.String() }))
	}
	return out, nil
}

// list joins the names of some values for a sentence.
func list[T any](values []T, name func(T) string) string {
	var names []string
	for _, v := range values {
		names = append(names, name(v))
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
