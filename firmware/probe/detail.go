package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"edgeprobe.io/firmware"
)

// describe returns one clause for people. Error texts are used only where they cannot hold what a request
// carried: a broken answer may echo it.
func describe(o firmware.Outcome, err error, r *run, timeout time.Duration) string {
	if m, ok := errors.AsType[*miss](err); ok {
		return m.detail
	}
	switch o {
	case firmware.OutcomeDNSTimeout:
		return fmt.Sprintf("no resolver answered within %v", timeout)
	case firmware.OutcomeTCPTimeout:
		return fmt.Sprintf("no connection to %v within %v", r.remote, timeout)
	case firmware.OutcomeTLSTimeout:
		return fmt.Sprintf("connected to %v, but no TLS handshake within %v", r.remote, timeout)
	case firmware.OutcomeTimeout:
		return fmt.Sprintf("connected to %v, but no answer within %v", r.remote, timeout)
	case firmware.OutcomeStalled:
		return fmt.Sprintf("the answer began, but did not end within %v", timeout)
	case firmware.OutcomeRefused:
		return fmt.Sprintf("%v refused the connection", r.remote)
	case firmware.OutcomeNoRoute:
		return fmt.Sprintf("the network says that %v is unreachable", r.remote)
	case firmware.OutcomeReset:
		return fmt.Sprintf("%v ended the connection %s", r.remote, whenReset(r.phase))
	case firmware.OutcomeHTTPProtocol:
		return "the answer is not well-formed HTTP/1.1"
	}
	if r.stopped() && interrupted(err) {
		if why := context.Cause(r.parent); why != nil && !interrupted(why) {
			return why.Error()
		}
		return "the run was stopped"
	}
	return err.Error()
}

func whenReset(at phase) string {
	return [...]string{"while resolving", "while connecting", "in the TLS handshake", "before answering",
		"in the middle of its answer"}[at]
}

// beside puts what was seen after the reason, and shortens a reason that would push it out.
func beside(reason, seen string) string {
	const sep = "; "
	if seen == "" {
		return reason
	}
	if room := firmware.MaxDetail - len(sep) - len(seen); len(reason) > room {
		const more = "..."
		reason = strings.ToValidUTF8(reason[:max(0, room-len(more))], "") + more
	}
	return reason + sep + seen
}

// clean makes a clause fit to be stored and shown: valid UTF-8 on one line, without anything that controls a
// terminal or reorders text, at most [firmware.MaxDetail] bytes.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) <= firmware.MaxDetail {
		return s
	}
	const more = "..."
	cut := firmware.MaxDetail - len(more)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + more
}
