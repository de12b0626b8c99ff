package probe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"edgeprobe.io/firmware"
)

// reply is what a resolver said.
type reply struct {
	rcode     dnsmessage.RCode // extended by EDNS, where the reply says so
	truncated bool             // ask again by TCP
	malformed bool             // answers the question, but cannot be read
	authentic bool             // the resolver says that DNSSEC proves it
	circular  bool             // the aliases lead back to themselves
	records   []string         // of the type asked for, at the end of the chain of aliases
	ttl       time.Duration    // the least along that chain; 0 without records
	errors    []string         // extended errors (RFC 8914), as people read them
}

// parseReply reads a message. It is ours only when id and question match; anything else may be a late answer or
// a forged one and is to be ignored.
func parseReply(message []byte, id uint16, q question) (rep reply, ours bool) {
	var p dnsmessage.Parser
	h, err := p.Start(message)
	if err != nil || !h.Response || h.ID != id || h.OpCode != 0 {
		return reply{}, false
	}
	asked, err := p.Question()
	if err != nil || asked.Type != q.kind || asked.Class != dnsmessage.ClassINET || !strings.EqualFold(asked.Name.String(), q.name) {
		return reply{}, false
	}
	if _, err := p.Question(); err != dnsmessage.ErrSectionDone {
		return reply{}, false
	}
	rep = reply{rcode: h.RCode, truncated: h.Truncated, authentic: h.AuthenticData}
	if rep.truncated {
		return rep, true
	}
	if err := rep.readAnswers(&p, q); err != nil {
		rep.malformed = true
		return rep, true
	}
	rep.readExtras(&p)
	return rep, true
}

// owned is a record with its owner.
type owned struct {
	owner, text string
	ttl         uint32
}

// readAnswers reads the answer section and follows the aliases in it from the name asked for.
func (rep *reply) readAnswers(p *dnsmessage.Parser, q question) error {
	var found []owned
	aliases := map[string]owned{}
	for {
		h, err := p.AnswerHeader()
		if err == dnsmessage.ErrSectionDone {
			rep.follow(q, found, aliases)
			return nil
		}
		if err != nil {
			return err
		}
		owner := strings.ToLower(h.Name.String())
		switch {
		case h.Class == dnsmessage.ClassINET && h.Type == q.kind:
			text, err := recordText(p, h.Type)
			if err != nil {
				return err
			}
			found = append(found, owned{owner, text, h.TTL})
		case h.Class == dnsmessage.ClassINET && h.Type == dnsmessage.TypeCNAME:
			r, err := p.CNAMEResource()
			if err != nil {
				return err
			}
			aliases[owner] = owned{owner, strings.ToLower(r.CNAME.String()), h.TTL}
		default:
			if err := p.SkipAnswer(); err != nil {
				return err
			}
		}
	}
}

// follow takes the records at the end of the chain; every alias is used once, so circles end.
func (rep *reply) follow(q question, found []owned, aliases map[string]owned) {
	name, least, passed := q.name, uint32(1<<31-1), map[string]bool{}
	for {
		next, ok := aliases[name]
		if !ok {
			break
		}
		if passed[name] {
			rep.circular = true
			return
		}
		passed[name], name, least = true, next.text, min(least, next.ttl)
	}
	for _, r := range found {
		if r.owner == name {
			rep.records, least = append(rep.records, r.text), min(least, r.ttl)
		}
	}
	if len(rep.records) > 0 {
		rep.ttl = time.Duration(least) * time.Second
	}
}

// readExtras reads what EDNS adds to a good message: the upper part of the code, and extended errors. A message
// whose end cannot be read has said what matters.
func (rep *reply) readExtras(p *dnsmessage.Parser) {
	const mostErrors = 3
	if p.SkipAllAuthorities() != nil {
		return
	}
	for {
		h, err := p.AdditionalHeader()
		if err != nil {
			return
		}
		if h.Type != dnsmessage.TypeOPT {
			if p.SkipAdditional() != nil {
				return
			}
			continue
		}
		opt, err := p.OPTResource()
		if err != nil {
			return
		}
		rep.rcode = h.ExtendedRCode(rep.rcode)
		for _, o := range opt.Options {
			if text := edeText(o.Data); o.Code == 15 && text != "" && len(rep.errors) < mostErrors {
				rep.errors = append(rep.errors, text)
			}
		}
		return
	}
}

// verdict is nil when the reply holds records of the type asked for.
func (rep reply) verdict(q question) error {
	name := strings.TrimSuffix(q.name, ".")
	switch {
	case rep.malformed:
		return &miss{firmware.OutcomeDNSOther, "the resolver's answer on " + name + " is malformed"}
	case rep.rcode == dnsmessage.RCodeNameError:
		return &miss{firmware.OutcomeDNSNXDomain, name + " does not exist"}
	case rep.rcode == dnsmessage.RCodeServerFailure:
		return &miss{firmware.OutcomeDNSServFail, "the resolver failed on " + name}
	case rep.rcode == dnsmessage.RCodeRefused:
		return &miss{firmware.OutcomeDNSRefused, "the resolver refused to answer on " + name}
	case rep.rcode != dnsmessage.RCodeSuccess:
		return &miss{firmware.OutcomeDNSOther, fmt.Sprintf("the resolver answered on %s with %s", name, rcodeName(rep.rcode))}
	case rep.circular:
		return &miss{firmware.OutcomeDNSNoData, "the aliases of " + name + " go in a circle"}
	case len(rep.records) == 0:
		return &miss{firmware.OutcomeDNSNoData, fmt.Sprintf("%s has no %s record", name, typeName(q.kind))}
	}
	return nil
}

// final reports whether the reply speaks of the name; else of the resolver, and another may know better.
func (rep reply) final() bool {
	return !rep.malformed && (rep.rcode == dnsmessage.RCodeSuccess || rep.rcode == dnsmessage.RCodeNameError)
}

// String tells of a reply what beside its code is worth knowing, and the same of the same answer, however a resolver
// orders it and long as it has held it: words that differ in each run cost the card much.
func (rep reply) String() string {
	var words []string
	if len(rep.records) > 0 {
		words = append(words, few(slices.Sorted(slices.Values(rep.records))))
	}
	if rep.authentic {
		words = append(words, "authenticated")
	}
	return strings.Join(append(words, rep.errors...), "; ")
}
