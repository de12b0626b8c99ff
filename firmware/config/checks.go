package config

import (
	"reflect"
	"regexp"
	"slices"
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
	c.Ref.Service, c.Role, c.Region = service, b.role(raw), string(raw.Region.V)
	if c.Role == firmware.RoleEdge {
		c.Critical = raw.Critical.or(true)
	} else if raw.Critical.OK {
		b.add(raw.Critical.at, kindMisplaced, "", "role "+string(c.Role))
	}
	if raw.Negative.Given {
		b.add(raw.Negative.at, kindMisplaced, "", "a check of a service")
	}
	if raw.Region.OK && slices.Contains([]string{"http", "tls", "tcp"}, raw.Kind.V) && !raw.Address.Given {
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
		b.misplaced("a control", rc.Role.keyed(), rc.Critical.keyed(), rc.Region.keyed(), rc.Nonce.keyed())
		if rc.Kind.V == "icmp" {
			b.add(rc.Kind.at, kindEvidence, "choose another kind for a control", "control")
		}
		b.cfg.Checks = append(b.cfg.Checks, c)
	}
}

// check is what all checks share.
func (b *builder) check(raw *rawCheck) firmware.Check {
	every, most := defaultInterval, defaultTimeout
	if raw.Kind.V == "transaction" {
		every, most = transactionInterval, transactionTimeout
	}
	c := firmware.Check{
		Ref: firmware.CheckRef{Name: string(raw.Name.V)}, Kind: raw.Kind.V,
		Interval: raw.Interval.or(every), MaxLatency: raw.MaxLatency.V,
	}
	c.Timeout = raw.Timeout.or(min(most, c.Interval*4/5))
	if raw.Timeout.OK && c.Timeout >= c.Interval {
		b.add(raw.Timeout.at, kindTimeout, "", c.Timeout.String(), c.Interval.String())
	} else if raw.MaxLatency.OK && c.MaxLatency >= c.Timeout {
		b.add(raw.MaxLatency.at, kindLatency, "", c.MaxLatency.String(), c.Timeout.String())
	}
	if read, ok := kindReaders[raw.Kind.V]; ok && raw.Kind.OK {
		read(b, raw, &c)
		b.foreign(reflect.ValueOf(*raw), c.Kind)
	}
	return c
}

// role returns what a check of a service may decide: a ping only ever supports.
func (b *builder) role(raw *rawCheck) firmware.Role {
	if raw.Kind.V != "icmp" {
		return firmware.Role(raw.Role.or("edge"))
	}
	if role := raw.Role.or("evidence"); role != "evidence" {
		b.add(raw.Role.at, kindEvidence, "write evidence or choose another kind", role)
	}
	return firmware.RoleEvidence
}

// kindReaders reads what is particular to each kind that the field kind allows.
var kindReaders = map[string]func(*builder, *rawCheck, *firmware.Check){
	"http": (*builder).http,
	"dns":  (*builder).dns,
	"tls":  (*builder).tls,
	"tcp":  (*builder).tcp,
	"icmp": (*builder).icmp,

	"transaction": (*builder).transaction,
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
