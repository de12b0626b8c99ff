package probe

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"edgeprobe.io/firmware"
)

func system(call string, errno syscall.Errno) error {
	return &net.OpError{Op: "dial", Err: os.NewSyscallError(call, errno)}
}

func TestClassify(t *testing.T) {
	for _, tc := range []struct {
		err     error
		at      phase
		stopped bool
		want    firmware.Outcome
	}{
		{system("connect", unix.ECONNREFUSED), phaseConnect, false, firmware.OutcomeRefused},
		{system("connect", unix.EHOSTUNREACH), phaseConnect, false, firmware.OutcomeNoRoute},
		{system("connect", unix.ENETUNREACH), phaseConnect, false, firmware.OutcomeNoRoute},
		{localError{system("connect", unix.ENETUNREACH)}, phaseConnect, false, firmware.OutcomeLocalFault},
		{system("connect", unix.ETIMEDOUT), phaseConnect, false, firmware.OutcomeTCPTimeout},
		{system("socket", unix.EMFILE), phaseConnect, false, firmware.OutcomeLocalFault},
		{system("socket", unix.ENFILE), phaseResolve, false, firmware.OutcomeLocalFault},
		{system("setsockopt", unix.ENODEV), phaseConnect, false, firmware.OutcomeLocalFault},
		{system("bind", unix.EADDRNOTAVAIL), phaseConnect, false, firmware.OutcomeLocalFault},
		{system("sendto", unix.ENOBUFS), phaseResolve, false, firmware.OutcomeLocalFault},
		{system("sendto", unix.EPERM), phaseResolve, false, firmware.OutcomeLocalFault},
		{system("connect", unix.EACCES), phaseConnect, false, firmware.OutcomeLocalFault},
		{system("read", unix.ECONNRESET), phaseTLS, false, firmware.OutcomeReset},
		{system("write", unix.EPIPE), phaseWait, false, firmware.OutcomeReset},
		{io.ErrUnexpectedEOF, phaseAnswer, false, firmware.OutcomeReset},
		{context.DeadlineExceeded, phaseResolve, false, firmware.OutcomeDNSTimeout},
		{os.ErrDeadlineExceeded, phaseTLS, false, firmware.OutcomeTLSTimeout},
		{os.ErrDeadlineExceeded, phaseWait, false, firmware.OutcomeTimeout},
		{os.ErrDeadlineExceeded, phaseAnswer, false, firmware.OutcomeStalled},
		{os.ErrDeadlineExceeded, phaseAnswer, true, firmware.OutcomeLocalFault},
		{net.ErrClosed, phaseWait, true, firmware.OutcomeLocalFault},
		{context.Canceled, phaseConnect, true, firmware.OutcomeLocalFault},
		{system("connect", unix.ECONNREFUSED), phaseConnect, true, firmware.OutcomeRefused}, // a verdict stands
		{x509.SystemRootsError{Err: errors.New("none")}, phaseTLS, false, firmware.OutcomeLocalFault},
		{errors.New("?"), phaseConnect, false, firmware.OutcomeLocalFault},
		{errors.New("?"), phaseTLS, false, firmware.OutcomeTLSOther},
		{errors.New("?"), phaseWait, false, firmware.OutcomeHTTPProtocol},
	} {
		if got := classify(fmt.Errorf("wrapped: %w", tc.err), tc.at, tc.stopped); got != tc.want {
			t.Errorf("%v in phase %d, stopped %v: %v, want %v", tc.err, tc.at, tc.stopped, got, tc.want)
		}
	}
}

// TestWhoseRoute has the kernel's two ways of saying unreachable: at once, or because a router said so.
func TestWhoseRoute(t *testing.T) {
	for _, errno := range []syscall.Errno{unix.ENETUNREACH, unix.EHOSTUNREACH} {
		for _, tc := range []struct {
			udp  error
			want firmware.Outcome
		}{{nil, firmware.OutcomeNoRoute}, {system("connect", errno), firmware.OutcomeLocalFault}} {
			r := run{deadline: time.Now().Add(time.Minute), via: Via{Dial: func(_ context.Context, network, _ string) (net.Conn, error) {
				if network == "udp" {
					c, _ := net.Pipe()
					return c, tc.udp
				}
				return nil, system("connect", errno)
			}}}
			_, err := r.dial(t.Context(), []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:443")})
			if got := classify(err, phaseConnect, false); got != tc.want {
				t.Errorf("%v, UDP says %v: %v, want %v", errno, tc.udp, got, tc.want)
			}
		}
	}
}

// TestErrorOfTheTargetFirst has one address that cannot be reached from here and one that refuses.
func TestErrorOfTheTargetFirst(t *testing.T) {
	r := run{deadline: time.Now().Add(time.Minute), via: Via{Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		if strings.HasPrefix(address, "[") {
			return nil, system("connect", unix.EAFNOSUPPORT)
		}
		return nil, system("connect", unix.ECONNREFUSED)
	}}}
	_, err := r.dial(t.Context(), []netip.AddrPort{netip.MustParseAddrPort("[2001:db8::1]:443"), netip.MustParseAddrPort("192.0.2.1:443")})
	if got := classify(err, phaseConnect, false); got != firmware.OutcomeRefused {
		t.Errorf("%v, want refused", got)
	}
}

// overslept ends long after its deadline, as on a starved machine.
type overslept struct{}

func (overslept) measure(context.Context, *run) error { return os.ErrDeadlineExceeded }
func (overslept) close() error                        { return nil }

func TestOversleepingIsOurOwnFault(t *testing.T) {
	f := frame{check: firmware.Check{Timeout: time.Second}, kind: overslept{}}
	r := run{parent: t.Context(), phase: phaseWait}
	r.result.Took = time.Second + grace
	if out, _ := f.verdict(&r, os.ErrDeadlineExceeded); out != firmware.OutcomeTimeout {
		t.Errorf("in time: %v", out)
	}
	r.result.Took += time.Millisecond
	if out, _ := f.verdict(&r, os.ErrDeadlineExceeded); out != firmware.OutcomeLocalFault {
		t.Errorf("overslept: %v, want a local fault", out)
	}
	if out, _ := f.verdict(&r, system("read", unix.ECONNRESET)); out != firmware.OutcomeReset {
		t.Errorf("a reset seen late: %v, want reset", out)
	}
}

func TestClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := clean(rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
			rapid.Map(rapid.IntRange(60, 80), func(n int) string { return strings.Repeat("ä€", n) })).Draw(t, "text"))
		if len(s) > firmware.MaxDetail || !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\r\n\t\u202e\u2028\u0085") {
			t.Fatalf("%q is not clean", s)
		}
	})
}

func TestPattern(t *testing.T) {
	never := time.Now().Add(time.Hour)
	large := []byte(strings.Repeat("x", 4*atOnce) + "build 17!")
	for _, tc := range []struct{ expr, text, want string }{
		{"build 17", "the build 17", "build 17"}, {`build \d+`, "the build 17!", "build 17"}, {"(?i)BUILD", "the build", "build"},
		{`build \d+`, string(large), "build 17"}, {"build", string(large), "build"}, {"y+", string(large), ""},
	} {
		p, err := newPattern(tc.expr)
		if err != nil {
			t.Fatal(err)
		}
		if got, found, err := p.find([]byte(tc.text), never); err != nil || string(got) != tc.want && found || found != (tc.want != "") {
			t.Errorf("%q: %q, %v, %v; want %q", tc.expr, got, found, err, tc.want)
		}
	}
	p, _ := newPattern("y+")
	_, _, err := p.find(large, time.Now().Add(-time.Second))
	if classify(err, phaseAnswer, false) != firmware.OutcomeLocalFault {
		t.Errorf("matching goes on after the deadline: %v", err)
	}
}
