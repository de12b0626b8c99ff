package config

import (
	"regexp"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

const (
	defaultInterval = 10 * time.Second
	defaultTimeout  = 5 * time.Second
	maxPattern      = 1000 // characters, as probe allows
)

// services checks what is watched.
func (b *builder) services(raw *rawFile) {
	names, total := taken{}, len(raw.Controls)
	for _, s := range raw.Services {
		b.claimName(names, s.Name)
		b.cfg.Fold.Services = append(b.cfg.Fold.Services, string(s.Name.V))
		checks := taken{}
		for i := range s.Checks {
			b.claimName(checks, s.Checks[i].Name)
			b.serviceCheck(string(s.Name.V), &s.Checks[i])
		}
		total += len(s.Checks)
	}
	if total > maxChecks && len(raw.Services) > 0 {
		at := raw.Services[0].at
		at.key = "services"
		b.add(at, kindTotal, "", total)
	}
}

func (b *builder) serviceCheck(service string, raw *rawCheck) {
	c := b.check(raw)
	c.Ref.Service, c.Role, c.Region = service, firmware.Role(raw.Role.or("edge")), string(raw.Region.V)
	if c.Role == firmware.RoleEdge {
		c.Critical = raw.Critical.or(true)
	} else if raw.Critical.OK {
		b.add(raw.Critical.at, kindMisplaced, "", "role "+string(c.Role))
	}
	if raw.Negative.Given {
		b.add(raw.Negative.at, kindMisplaced, "", "a check of a service")
	}
	if raw.Region.OK && raw.Kind.V == "http" && !raw.Address.Given {
		b.add(raw.Region.at, kindPinned, "", string(raw.Region.V))
	}
	b.cfg.Checks = append(b.cfg.Checks, c)
}

// controls checks what proves the uplinks' eyes.
func (b *builder) controls(raw *rawFile) {
	names := taken{}
	for i := range raw.Controls {
		rc := &raw.Controls[i]
		b.claimName(names, rc.Name)
		c := b.check(rc)
		c.Role, c.Negative = firmware.RoleControl, rc.Negative.or(false)
		b.misplaced("a control", rc.Role.keyed(), rc.Critical.keyed(), rc.Region.keyed())
		b.cfg.Checks = append(b.cfg.Checks, c)
	}
}

// check is what all checks share.
func (b *builder) check(raw *rawCheck) firmware.Check {
	c := firmware.Check{
		Ref: firmware.CheckRef{Name: string(raw.Name.V)}, Kind: raw.Kind.V,
		Interval: raw.Interval.or(defaultInterval), MaxLatency: raw.MaxLatency.V,
	}
	c.Timeout = raw.Timeout.or(min(defaultTimeout, c.Interval*4/5))
	if raw.Timeout.OK && c.Timeout >= c.Interval {
		b.add(raw.Timeout.at, kindTimeout, "", c.Timeout.String(), c.Interval.String())
	} else if raw.MaxLatency.OK && c.MaxLatency >= c.Timeout {
		b.add(raw.MaxLatency.at, kindLatency, "", c.MaxLatency.String(), c.Timeout.String())
	}
	if read, ok := kindReaders[raw.Kind.V]; ok && raw.Kind.OK {
		read(b, raw, &c)
	}
	return c
}

// kindReaders reads what is particular to each kind that the field kind allows.
var kindReaders = map[string]func(*builder, *rawCheck, *firmware.Check){
	"http": (*builder).http,
	"dns":  (*builder).dns,
}

// keyed is a key that was given or not, and where.
type keyed struct {
	given bool
	at    place
}

func (v val[T]) keyed() keyed { return keyed{v.Given, v.at} }

func (t table) keyed() keyed {
	if len(t) == 0 {
		return keyed{}
	}
	at := t[0].at
	at.key = strings.TrimSuffix(at.key, "."+t[0].key)
	return keyed{true, at}
}

// listed is the place of a list of values.
func listed[T any](list []val[T]) keyed {
	if len(list) == 0 {
		return keyed{}
	}
	at := list[0].at
	at.key = strings.TrimSuffix(at.key, "[0]")
	return keyed{true, at}
}

// misplaced reports the keys that were given though they have no meaning there.
func (b *builder) misplaced(where string, keys ...keyed) {
	for _, k := range keys {
		if k.given {
			b.add(k.at, kindMisplaced, "", where)
		}
	}
}

// pattern reports an expression that does not compile, and returns it.
func (b *builder) pattern(v val[string]) string {
	if !v.OK {
		return ""
	}
	if len(v.V) > maxPattern {
		b.add(v.at, kindRegexp, "shorten it", v.V, "longer than 1000 characters")
	} else if _, err := regexp.Compile(v.V); err != nil {
		b.add(v.at, kindRegexp, "", v.V, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return v.V
}
