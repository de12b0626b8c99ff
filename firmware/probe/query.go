package probe

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"edgeprobe.io/firmware"
)

// udpSize is the answer size offered by EDNS0 (RFC 6891): what the DNS operators agreed on in 2020 as never
// fragmented.
const udpSize = 1232

// question is what is asked, with the message that asks it but for its id.
type question struct {
	name    string // lower case, with the final dot
	kind    dnsmessage.Type
	message []byte
}

// newQuestion prepares to ask for a name. A missing final dot is added: names are always fully qualified.
func newQuestion(name string, kind dnsmessage.Type) (question, error) {
	full := strings.ToLower(strings.TrimSuffix(name, ".")) + "."
	packed, err := dnsmessage.NewName(full)
	if err != nil || full == "." {
		return question{}, fmt.Errorf("%q is not a domain name of 1 to 253 characters", name)
	}
	b := dnsmessage.NewBuilder(make([]byte, 0, len(full)+32), dnsmessage.Header{RecursionDesired: true})
	var edns dnsmessage.ResourceHeader
	err = edns.SetEDNS0(udpSize, dnsmessage.RCodeSuccess, false)
	for _, step := range []func() error{
		func() error { return err },
		b.StartQuestions,
		func() error {
			return b.Question(dnsmessage.Question{Name: packed, Type: kind, Class: dnsmessage.ClassINET})
		},
		b.StartAdditionals,
		func() error { return b.OPTResource(edns, dnsmessage.OPTResource{}) },
	} {
		if err := step(); err != nil {
			return question{}, fmt.Errorf("%q is not a domain name: %w", name, err)
		}
	}
	message, err := b.Finish()
	if err != nil {
		return question{}, fmt.Errorf("%q is not a domain name: %w", name, err)
	}
	return question{full, kind, message}, nil
}

// with appends the message with an id to dst.
func (q question) with(dst []byte, id uint16) []byte {
	at := len(dst)
	dst = append(dst, q.message...)
	binary.BigEndian.PutUint16(dst[at:], id)
	return dst
}

// reply is what a resolver said.
type reply struct {
	rcode     dnsmessage.RCode
	truncated bool     // ask again by TCP
	malformed bool     // answers the question, but cannot be read
	records   []string // of the type asked for, at the end of the chain of aliases
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
	rep = reply{rcode: h.RCode, truncated: h.Truncated}
	if rep.truncated {
		return rep, true
	}
	rep.records, err = readAnswers(&p, q)
	rep.malformed = err != nil
	return rep, true
}

// owned is a record with its owner.
type owned struct{ owner, text string }

// readAnswers reads the answer section and follows the aliases in it from the name asked for.
func readAnswers(p *dnsmessage.Parser, q question) ([]string, error) {
	var found []owned
	aliases := map[string]string{}
	for {
		h, err := p.AnswerHeader()
		if err == dnsmessage.ErrSectionDone {
			return follow(q, found, aliases), nil
		}
		if err != nil {
			return nil, err
		}
		owner := strings.ToLower(h.Name.String())
		switch {
		case h.Class == dnsmessage.ClassINET && h.Type == q.kind:
			text, err := recordText(p, h.Type)
			if err != nil {
				return nil, err
			}
			found = append(found, owned{owner, text})
		case h.Class == dnsmessage.ClassINET && h.Type == dnsmessage.TypeCNAME:
			r, err := p.CNAMEResource()
			if err != nil {
				return nil, err
			}
			aliases[owner] = strings.ToLower(r.CNAME.String())
		default:
			if err := p.SkipAnswer(); err != nil {
				return nil, err
			}
		}
	}
}

// follow returns the records at the end of the chain; every alias is used once, so loops end.
func follow(q question, found []owned, aliases map[string]string) []string {
	name := q.name
	for {
		next, ok := aliases[name]
		if !ok {
			break
		}
		delete(aliases, name)
		name = next
	}
	var texts []string
	for _, r := range found {
		if r.owner == name {
			texts = append(texts, r.text)
		}
	}
	return texts
}

// verdict is nil when the reply holds records of the type asked for.
func (r reply) verdict(q question) error {
	name := strings.TrimSuffix(q.name, ".")
	switch {
	case r.malformed:
		return &miss{firmware.OutcomeDNSOther, "the resolver's answer on " + name + " is malformed"}
	case r.rcode == dnsmessage.RCodeNameError:
		return &miss{firmware.OutcomeDNSNXDomain, name + " does not exist"}
	case r.rcode == dnsmessage.RCodeServerFailure:
		return &miss{firmware.OutcomeDNSServFail, "the resolver failed on " + name}
	case r.rcode == dnsmessage.RCodeRefused:
		return &miss{firmware.OutcomeDNSRefused, "the resolver refused to answer on " + name}
	case r.rcode != dnsmessage.RCodeSuccess:
		return &miss{firmware.OutcomeDNSOther, fmt.Sprintf("the resolver answered on %s with rcode %d", name, r.rcode)}
	case len(r.records) == 0:
		return &miss{firmware.OutcomeDNSNoData, fmt.Sprintf("%s has no %s record", name, strings.TrimPrefix(q.kind.String(), "Type"))}
	}
	return nil
}

// final reports whether the reply speaks of the name; else of the resolver, and another may know better.
func (r reply) final() bool {
	return !r.malformed && (r.rcode == dnsmessage.RCodeSuccess || r.rcode == dnsmessage.RCodeNameError)
}
