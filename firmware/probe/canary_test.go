package probe_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

// frozenURL is where the child process of TestAFrozenDeviceBlamesNobody measures.
const frozenURL = "EDGEPROBE_TEST_FROZEN"

// measureFrozen is that child: it says when its canary sings, takes one measurement for each line that it is given,
// and prints its result.
func measureFrozen() {
	canary := &probe.Canary{}
	ctx, end := context.WithCancel(context.Background())
	told := make(chan string, 16)
	done := make(chan error, 1)
	go func() { done <- canary.Run(ctx, func(well bool, why string) { told <- why }) }()
	set := probe.Defaults()
	if os.Getenv("EDGEPROBE_TEST_DEAF") == "" {
		set.Canary = canary
	}
	check := httpCheck(os.Getenv(frozenURL), "", 1500*time.Millisecond)
	check.MaxLatency = 400 * time.Millisecond
	<-time.After(400 * time.Millisecond) // it has begun to sing
	in, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	for in.Scan() {
		p, err := probe.New(check, loopback(), realClock(nil), set)
		if err != nil {
			panic(err)
		}
		out.Encode(p.Do(ctx))
		select { // a run over a lapse is told of
		case why := <-told:
			out.Encode(why)
		case <-time.After(3 * time.Second):
			out.Encode("")
		}
	}
	end()
	<-done
}

// frozen runs one measurement of a child that is stopped when the server has its request, for a time, and in which
// the server answers after that.
func frozen(t *testing.T, freeze time.Duration, answer string, env ...string) (r firmware.Result, told string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	url := "http://" + serve(t, func(c net.Conn) {
		if !readRequest(c) {
			return
		}
		child.Process.Signal(syscall.SIGSTOP)
		<-time.After(freeze)
		io.WriteString(c, answer)
		child.Process.Signal(syscall.SIGCONT)
		if answer == "" {
			io.Copy(io.Discard, c)
		}
	})
	child.Env = append(append(os.Environ(), frozenURL+"="+url), env...)
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer in.Close()
	io.WriteString(in, "\n")
	said := json.NewDecoder(out)
	if err := said.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if err := said.Decode(&told); err != nil {
		t.Fatal(err)
	}
	return r, told
}

// TestAFrozenDeviceBlamesNobody stops a real process in the middle of a run. What time alone has made of it is a local
// fault; what the server said stands.
func TestAFrozenDeviceBlamesNobody(t *testing.T) {
	error503 := "HTTP/1.1 503 Oops\r\nContent-Length: 0\r\n\r\n"
	for name, c := range map[string]struct {
		freeze time.Duration
		answer string
		want   firmware.Outcome
	}{
		"a good answer that was read late is not slow":   {800 * time.Millisecond, page, firmware.OutcomeLocalFault},
		"a deadline that came soon after is no timeout":  {1350 * time.Millisecond, "", firmware.OutcomeLocalFault},
		"nor one that passed meanwhile":                  {1800 * time.Millisecond, "", firmware.OutcomeLocalFault},
		"an error is an error, however late it was read": {800 * time.Millisecond, error503, firmware.OutcomeHTTPStatus},
	} {
		t.Run(name, func(t *testing.T) {
			r, told := frozen(t, c.freeze, c.answer)
			for try := 0; told == "" && try < 3; try++ { // the child was not even running yet
				r, told = frozen(t, c.freeze, c.answer)
			}
			if r.Outcome != c.want || !strings.HasPrefix(told, "this device is starved: it woke up ") {
				t.Errorf("%s (%s), want %s; told %q", r.Outcome, r.Detail, c.want, told)
			}
		})
	}
	if r, _ := frozen(t, 800*time.Millisecond, page, "EDGEPROBE_TEST_DEAF=1"); r.Outcome != firmware.OutcomeSlow {
		t.Errorf("%s without a canary, want slow: else this test shows nothing", r.Outcome)
	}
}

// TestAWellDeviceIsNotStarved: a target that is slow, on a device that is not, is slow.
func TestAWellDeviceIsNotStarved(t *testing.T) {
	canary := &probe.Canary{}
	ctx, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- canary.Run(ctx, func(bool, string) {}) }()
	defer func() { end(); <-done }()
	set := probe.Defaults()
	set.Canary = canary
	check := httpCheck("http://"+serve(t, func(c net.Conn) {
		if readRequest(c) && waits(c, 700*time.Millisecond) {
			io.WriteString(c, page)
		}
	}), "", 10*time.Second)
	check.MaxLatency = 100 * time.Millisecond
	for try := range 5 { // this machine may be starved itself
		if r := do(t, prober(t, check, loopback(), set), check.Timeout); r.Outcome == firmware.OutcomeSlow {
			return
		} else if try == 4 {
			t.Errorf("%s (%s), want slow", r.Outcome, r.Detail)
		}
	}
}
