package probetest

import (
	"strings"
	"time"

	"edgeprobe.io/firmware"
)

// Grace is how far past its timeout a run may end.
const Grace = 50 * time.Millisecond

// Judge holds a run of the row to what it is to come to. What a result cannot say is judged by its zero value.
func (b Behaviour) Judge(s Stage, up Setup, r firmware.Result) {
	s.Helper()
	w := b.Want
	if r.Outcome != w.Outcome || !strings.Contains(r.Detail, w.Detail) {
		s.Errorf("%v (%s), want %v (%s)", r.Outcome, r.Detail, w.Outcome, w.Detail)
	}
	if (w.Status != 0 || up.Check.Kind == "dns") && r.Status != w.Status {
		s.Errorf("code %d (%s), want %d", r.Status, r.Detail, w.Status)
	}
	if r.Conn != w.Conn || (r.Expires != 0) != (w.Certificate || w.Conn == firmware.ConnFull) {
		s.Errorf("connection %q, certificate until %d, want %q and %v", r.Conn, r.Expires, w.Conn, w.Certificate)
	}
	if w.Cache != (firmware.CacheEvidence{}) && r.Cache != w.Cache {
		s.Errorf("cache %+v, want %+v", r.Cache, w.Cache)
	}
	b.sound(s, up, r)
	if up.After == nil {
		return
	}
	if err := up.After(r); err != nil {
		s.Errorf("the server saw it otherwise: %v", err)
	}
}

// sound holds what is true of every result, whatever the server does.
func (b Behaviour) sound(s Stage, up Setup, r firmware.Result) {
	s.Helper()
	p, made, dns, web := r.Phases, r.Conn != firmware.ConnNone, up.Check.Kind == "dns", up.Check.HTTP
	unheard := r.Outcome == firmware.OutcomeDNSTimeout || r.Outcome == firmware.OutcomeLocalFault || r.Outcome == firmware.OutcomeDeadResolver
	name, follows := up.Resolvers != nil || dns, web != nil && web.Redirects > 0
	for what, broken := range map[string]bool{
		"took too long":                     r.Took > up.Check.Timeout+Grace,
		"a fault without words":             !r.Outcome.OK() && r.Detail == "",
		"too many words":                    len(r.Detail) > firmware.MaxDetail,
		"a secret in the words":             strings.Contains(r.Detail, "hunter2"),
		"a connection to nowhere":           made && (!r.Address.IsLoopback() || p.Connect == 0),
		"an address that was never reached": !made && !dns && p.TLS == 0 && r.Address.IsValid(),
		"an answer of no resolver":          dns && !unheard && !r.Address.IsLoopback(),
		"TLS over a plain connection":       r.Conn == firmware.ConnPlain && p.TLS != 0 && !follows,
		"a handshake that took no time":     r.Conn == firmware.ConnFull && p.TLS == 0,
		"a lookup of nothing":               !name && p.Resolve != 0,
		"a name without a lookup":           name && p.Resolve == 0,
		"an answer that was not waited for": web != nil && r.Outcome.OK() && p.Wait == 0,
	} {
		if broken {
			s.Errorf("not a sound result, %s: %+v", what, r)
		}
	}
}
