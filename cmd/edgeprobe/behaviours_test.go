package main

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/clock"
	"edgeprobe.io/firmware/probe/probetest"
)

// processEvery is which part of the rows runs in a process of its own, more than a hundred of them; the others run the
// command line in this one, which is cheaper.
const processEvery = 4

// TestBehaviours reads package probetest's table from outside: each row's check is written as a config, run by check
// --json, and held to what the row says. That each step of a transaction is told of is held, too.
func TestBehaviours(t *testing.T) {
	ca := probetest.NewAuthority(t)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	clk, err := clock.New(clock.Built())
	if err != nil {
		t.Fatal(err)
	}
	set := clk.State().Quality == firmware.ClockSynced
	rows := 0
	for _, b := range probetest.Behaviours() {
		start := runContext
		if rows%processEvery == 0 {
			start = runProgram
		}
		rows++
		if !set {
			b = withoutClock(b)
		}
		t.Run(b.Group+"/"+b.Name, func(t *testing.T) {
			t.Parallel()
			playOutside(probetest.Stage{TB: t, CA: ca}, b, file, start)
		})
	}
	if rows < 400 {
		t.Errorf("only %d rows", rows)
	}
}

// withoutClock is what a row comes to where this machine's clock is not synchronised: nobody knows then whether a
// certificate of today is good now. One that ended before this program was built has ended all the same.
func withoutClock(b probetest.Behaviour) probetest.Behaviour {
	switch {
	case !b.Timed:
	case b.Want.Outcome == firmware.OutcomeTLSExpired:
		b.Want.Outcome, b.Want.Detail = firmware.OutcomeLocalFault, "the clock is not synchronised"
	case b.Want.Outcome == firmware.OutcomeTLSExpiring:
		b.Want.Outcome, b.Want.Detail = firmware.OutcomeOK, ""
	}
	return b
}

// playOutside runs a row through the program. A run that this machine itself overslept is played again, up to five times.
func playOutside(s probetest.Stage, b probetest.Behaviour, ca string, start func(context.Context, ...string) (string, string, int)) {
	s.Helper()
	for try := 0; ; try++ {
		up := b.Start(s)
		file := filepath.Join(s.TempDir(), "my.yaml")
		text, err := json.Marshal(configOf(s, up, ca))
		if err != nil {
			s.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			s.Fatal(err)
		}
		out, errs, code := start(s.Context(), "check", up.Check.Ref.String(), "--config", file, "--json")
		var got outside
		if err := json.Unmarshal([]byte(out), &got); err != nil || errs != "" {
			s.Fatalf("exit %d, %v in %q, stderr %q", code, err, out, errs)
		}
		r := got.result()
		if r.Outcome == firmware.OutcomeLocalFault && r.Outcome != b.Want.Outcome && try < 5 {
			continue
		}
		if (code == 0) != r.Outcome.OK() || got.OK != r.Outcome.OK() {
			s.Errorf("exit %d and ok %v of %v", code, got.OK, r.Outcome)
		}
		b.Judge(s, up, r)
		if up.Check.Transaction != nil {
			got.holdSteps(s, up.Check.Transaction)
		}
		return
	}
}

// outside is what check --json says, for those that know nothing of the program.
type outside struct {
	OK      bool
	Outcome firmware.Outcome
	Detail  string
	Code    uint16
	Address netip.Addr
	Conn    firmware.Conn `json:"connection"`
	Expires time.Time     `json:"certificate_expires"`
	Bytes   uint32
	Cache   firmware.CacheState
	Age     *float64 `json:"cache_age_ms"`
	Fresh   *float64 `json:"cache_fresh_ms"`
	TTL     *float64 `json:"ttl_s"`
	span
	Steps []struct {
		Name    string
		Cleanup bool
		OK      bool
		Outcome firmware.Outcome
		Code    uint16
		Bytes   uint32
		span
	}
}

// span is a time and its parts.
type span struct {
	Took   float64            `json:"took_ms"`
	Phases map[string]float64 `json:"phases_ms"`
}

func (s span) took() time.Duration { return fromMillis(s.Took) }

func (s span) phases() firmware.Phases {
	at := func(name string) time.Duration { return fromMillis(s.Phases[name]) }
	return firmware.Phases{Resolve: at("resolve"), Connect: at("connect"), TLS: at("tls"), Wait: at("wait"), Transfer: at("transfer")}
}

func fromMillis(ms float64) time.Duration { return time.Duration(ms*1000+0.5) * time.Microsecond }

func (o outside) result() firmware.Result {
	r := firmware.Result{
		Outcome: o.Outcome, Detail: o.Detail, Status: o.Code, Took: o.took(), Phases: o.phases(), Conn: o.Conn, Address: o.Address, Bytes: o.Bytes,
	}
	r.Cache = firmware.CacheEvidence{State: o.Cache, Fresh: -time.Microsecond}
	if o.Age != nil {
		r.Cache.Aged, r.Cache.Age = true, fromMillis(*o.Age)
	}
	if o.Fresh != nil {
		r.Cache.Fresh = fromMillis(*o.Fresh)
	}
	if o.TTL != nil {
		r.Cache.Fresh = fromMillis(*o.TTL * 1000)
	}
	if !o.Expires.IsZero() {
		r.Expires = o.Expires.Unix()
	}
	return r
}

// holdSteps holds that the steps told add up to the run, are in order, and that only the clean-up's are told apart.
func (o outside) holdSteps(s probetest.Stage, c *firmware.TransactionCheck) {
	s.Helper()
	var sum firmware.Phases
	var read uint32
	steps := 0
	for i, step := range o.Steps {
		sum, read = sum.Plus(step.phases()), read+step.Bytes
		if step.OK != step.Outcome.OK() || step.Took <= 0 {
			s.Errorf("step %+v", step)
		}
		if step.Cleanup {
			if step.Name != c.Cleanup[i-steps].Name {
				s.Errorf("clean-up %q", step.Name)
			}
			continue
		}
		if step.Name != c.Steps[i].Name {
			s.Errorf("step %d is %q", i, step.Name)
		}
		steps++
	}
	if steps == 0 || o.OK && steps != len(c.Steps) || !o.OK && o.Steps[steps-1].OK || sum != o.phases() || read != o.Bytes {
		s.Errorf("the steps are not those of the run: %+v", o)
	}
}
