package probe_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// TestTheUplinksLife: a run ends when its uplink does, a run over one that is down does not begin, and a run that fails
// while the uplink is down without anybody's word blames nobody.
func TestTheUplinksLife(t *testing.T) {
	silent := make(chan struct{}, 1)
	at := serve(t, func(c net.Conn) {
		if readRequest(c) {
			silent <- struct{}{}
			io.Copy(io.Discard, c)
		}
	})
	life, end := context.WithCancelCause(t.Context())
	up := true
	via := loopback()
	via.Life = func() context.Context { return life }
	via.State = func() (bool, string) { return up, "no carrier" }
	p := prober(t, httpCheck("http://"+at+"/", "", 20*time.Second), via, probe.Defaults())
	expect := func(when string, r firmware.Result, most time.Duration) {
		t.Helper()
		if r.Outcome != firmware.OutcomeLocalFault || !strings.Contains(r.Detail, "no carrier") || r.Took > most {
			t.Errorf("%s: %v after %v, %q", when, r.Outcome, r.Took, r.Detail)
		}
	}
	ended := make(chan firmware.Result)
	go func() { ended <- p.Do(t.Context()) }()
	<-silent
	end(errors.New("no carrier"))
	expect("in the middle of a run", <-ended, 10*time.Second)
	expect("while it is down", p.Do(t.Context()), time.Second)
	life = t.Context()
	up = false
	short := prober(t, httpCheck("http://"+at+"/", "", 200*time.Millisecond), via, probe.Defaults())
	expect("down, and nobody has said so", short.Do(t.Context()), time.Second)
}

// TestAnUplinksLifeIsNoStepsEnd: the steps of a transaction share a connection over an uplink that is watched, too.
func TestAnUplinksLifeIsNoStepsEnd(t *testing.T) {
	var made atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, map[bool]string{true: markup, false: recorder}[r.URL.Path == "/"])
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			made.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	via := loopback()
	via.Life = t.Context
	r := do(t, prober(t, transactionCheck(pageAndScript(srv.URL), time.Second), via, probe.Defaults()), time.Second)
	if !r.Outcome.OK() || made.Load() != 1 {
		t.Errorf("%v over %d connections: %s", r.Outcome, made.Load(), r.Detail)
	}
}
