package probe

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// dnsProbe asks one question and looks at the answers.
type dnsProbe struct {
	question question
	want     []string // in recordText's form; empty: any
	lookup   lookup
}

func newDNS(check firmware.Check, _ Via, _ Clock, _ Settings) (kind, error) {
	c := check.DNS
	if c == nil {
		return nil, fmt.Errorf("a check of kind dns says what to ask")
	}
	types := recordTypes()
	recordType, ok := types[c.Type]
	if !ok {
		return nil, fmt.Errorf("record type %q is not one of %s", c.Type, strings.Join(slices.Sorted(maps.Keys(types)), ", "))
	}
	q, err := newQuestion(c.Name, recordType)
	if err != nil {
		return nil, err
	}
	d := &dnsProbe{question: q}
	if c.Server != "" {
		server, err := netip.ParseAddrPort(c.Server)
		if err != nil {
			return nil, fmt.Errorf("server %q is not ip:port", c.Server)
		}
		d.lookup.servers = []netip.AddrPort{server}
	}
	for _, a := range c.Answers {
		text, err := sameForm(recordType, a)
		if err != nil {
			return nil, err
		}
		d.want = append(d.want, text)
	}
	return d, nil
}

func (d *dnsProbe) measure(ctx context.Context, r *run) error {
	began := time.Now()
	rep, err := d.lookup.ask(ctx, r, d.question)
	r.result.Phases.Resolve = span(began, time.Now())
	r.result.Status = uint16(rep.rcode)
	if err != nil || len(d.want) == 0 {
		return err
	}
	for _, got := range rep.records {
		if slices.Contains(d.want, got) {
			return nil
		}
	}
	return &miss{firmware.OutcomeDNSMismatch, fmt.Sprintf("answered %s, want %s", few(rep.records), strings.Join(d.want, " or "))}
}

func (d *dnsProbe) close() error { return nil }

// few keeps a long answer from pushing the expected one out of the detail.
func few(records []string) string {
	text := strings.Join(records, ", ")
	if len(text) > firmware.MaxDetail/2 {
		return text[:firmware.MaxDetail/2] + "..."
	}
	return text
}
