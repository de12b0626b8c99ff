package probe

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
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
	// AD in a query asks the resolver to say whether DNSSEC proves its answer (RFC 6840 section 5.7).
	b := dnsmessage.NewBuilder(make([]byte, 0, len(full)+32), dnsmessage.Header{RecursionDesired: true, AuthenticData: true})
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
