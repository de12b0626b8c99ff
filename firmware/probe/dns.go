package probe

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"edgeprobe.io/firmware"
)

// dnsProbe asks one question and looks at the reply.
type dnsProbe struct {
	question  question
	want      []string      // in recordText's form; empty: any
	rcode     string        // of RCodes, wanted instead of records; "": records
	least     time.Duration // time to live
	authentic bool
	lookup    lookup
}

func newDNS(check firmware.Check, _ Via, _ Clock, _ Settings) (kind, error) {
	c := check.DNS
	if c == nil {
		return nil, errors.New("a check of kind dns says what to ask")
	}
	kind, err := recordType(c.Type)
	if err != nil {
		return nil, err
	}
	q, err := newQuestion(c.Name, kind)
	if err != nil {
		return nil, err
	}
	d := &dnsProbe{question: q, least: c.MinTTL, authentic: c.AD}
	if c.Server != "" {
		server, err := netip.ParseAddrPort(c.Server)
		if err != nil {
			return nil, fmt.Errorf("server %q is not ip:port", c.Server)
		}
		d.lookup.servers = []netip.AddrPort{server}
	}
	for _, a := range c.Answers {
		text, err := Answer(c.Type, a)
		if err != nil {
			return nil, err
		}
		d.want = append(d.want, text)
	}
	return d, d.expect(c)
}

// expect reads what is wanted instead of records.
func (d *dnsProbe) expect(c *firmware.DNSCheck) error {
	switch {
	case c.RCode == "" || c.RCode == rcodeName(dnsmessage.RCodeSuccess):
		return nil
	case !slices.Contains(RCodes(), c.RCode):
		return fmt.Errorf("response code %q is not one of %s", c.RCode, strings.Join(RCodes(), ", "))
	case len(c.Answers) > 0 || c.MinTTL != 0:
		return fmt.Errorf("a reply of %s has no records to look at", c.RCode)
	}
	d.rcode = c.RCode
	return nil
}

func (d *dnsProbe) measure(ctx context.Context, r *run) error {
	began := time.Now()
	rep, err := d.lookup.ask(ctx, r, d.question)
	r.result.Phases.Resolve = span(began, time.Now())
	r.result.Status = uint16(rep.rcode)
	r.result.Cache.Fresh = rep.ttl
	r.seen = rep.String()
	if d.rcode != "" {
		err = d.without(rep, err)
	}
	if err != nil {
		return err
	}
	return d.judge(rep)
}

// without judges a lookup that is to end without records.
func (d *dnsProbe) without(rep reply, err error) error {
	m, ok := errors.AsType[*miss](err)
	switch {
	case err == nil:
		return &miss{firmware.OutcomeDNSMismatch, "answered with records, want " + d.rcode}
	case !ok || rep.malformed:
		return err
	case d.rcode == noData && m.outcome == firmware.OutcomeDNSNoData && !rep.circular, d.rcode == rcodeName(rep.rcode):
		return nil
	}
	return err
}

func (d *dnsProbe) judge(rep reply) error {
	switch {
	case len(d.want) > 0 && !slices.ContainsFunc(rep.records, func(got string) bool { return slices.Contains(d.want, got) }):
		return &miss{firmware.OutcomeDNSMismatch, "none of the answers is " + strings.Join(d.want, " or ")}
	case d.least > 0 && rep.ttl < d.least:
		return &miss{firmware.OutcomeDNSMismatch, fmt.Sprintf("the answer may be kept for %v, want %v", rep.ttl, d.least)}
	case d.authentic && !rep.authentic:
		return &miss{firmware.OutcomeDNSMismatch, "the resolver does not vouch for the answer (AD is not set)"}
	}
	return nil
}

func (d *dnsProbe) close() error { return nil }

// few keeps a long answer from pushing the rest out of the detail.
func few(records []string) string {
	const most = firmware.MaxDetail / 2
	text := strings.Join(records, ", ")
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "..."
	}
	return text
}
