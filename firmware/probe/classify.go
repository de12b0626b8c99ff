package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

// phase is where in a run an error arose: the same error means different things in each.
type phase uint8

const (
	phaseResolve phase = iota
	phaseConnect
	phaseTLS
	phaseWait   // request under way, nothing of the answer seen
	phaseAnswer // the answer has begun
)

// miss is an expectation not met, or an answer that is an outcome in itself.
type miss struct {
	outcome firmware.Outcome
	detail  string
}

// Error says what was missed, for people.
func (m *miss) Error() string { return m.detail }

// localError is an error whose cause is known to lie on this device.
type localError struct{ error }

// Unwrap returns the error itself, so that its errno is still found.
func (e localError) Unwrap() error { return e.error }

// localErrnos are the system's ways of saying that the trouble is here (errno(3), ip(7), connect(2)).
func localErrno(e syscall.Errno) bool {
	switch e {
	case unix.ENODEV, unix.ENXIO, unix.ENETDOWN, unix.EADDRNOTAVAIL, unix.EADDRINUSE, unix.EAFNOSUPPORT,
		unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM, unix.EACCES, unix.EPERM, unix.EINVAL:
		return true
	}
	return false
}

// classify turns an error into its outcome. It reads types and numbers, never texts. Stopped says that the
// caller ended the run.
func classify(err error, at phase, stopped bool) firmware.Outcome {
	if m, ok := errors.AsType[*miss](err); ok {
		return m.outcome
	}
	if _, ok := errors.AsType[localError](err); ok || (stopped && interrupted(err)) {
		return firmware.OutcomeLocalFault
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		if out, ok := ofErrno(errno); ok {
			return out
		}
	}
	if out, ok := ofTLS(err); ok {
		return out
	}
	switch {
	case isTimeout(err):
		return timeoutAt(at)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return firmware.OutcomeReset
	}
	return otherAt(at)
}

func ofErrno(e syscall.Errno) (firmware.Outcome, bool) {
	switch {
	case localErrno(e):
		return firmware.OutcomeLocalFault, true
	case e == unix.ECONNREFUSED:
		return firmware.OutcomeRefused, true
	case e == unix.EHOSTUNREACH, e == unix.ENETUNREACH: // a missing local route is a localError by now
		return firmware.OutcomeNoRoute, true
	case e == unix.ECONNRESET, e == unix.EPIPE, e == unix.ECONNABORTED:
		return firmware.OutcomeReset, true
	}
	return 0, false
}

// ofTLS knows certificates and alerts. Alerts come in whatever phase: TLS 1.3 sends some after the handshake.
func ofTLS(err error) (firmware.Outcome, bool) {
	if _, ok := errors.AsType[x509.SystemRootsError](err); ok {
		return firmware.OutcomeLocalFault, true
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return firmware.OutcomeTLSExpired, true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return firmware.OutcomeTLSHostname, true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return firmware.OutcomeTLSUnknownCA, true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return firmware.OutcomeTLSOther, true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return firmware.OutcomeTLSOther, true
	}
	// crypto/tls keeps its alert type to itself; these are the operations it reports alerts under.
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "remote error" || e.Op == "local error") {
		return firmware.OutcomeTLSOther, true
	}
	return 0, false
}

func isTimeout(err error) bool {
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// interrupted reports whether err is what a run sees when its caller stops it.
func interrupted(err error) bool {
	return isTimeout(err) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled)
}

func timeoutAt(at phase) firmware.Outcome {
	return [...]firmware.Outcome{firmware.OutcomeDNSTimeout, firmware.OutcomeTCPTimeout, firmware.OutcomeTLSTimeout,
		firmware.OutcomeTimeout, firmware.OutcomeStalled}[at]
}

// otherAt judges errors of no known type: before there is a peer they are our own.
func otherAt(at phase) firmware.Outcome {
	return [...]firmware.Outcome{firmware.OutcomeLocalFault, firmware.OutcomeLocalFault, firmware.OutcomeTLSOther,
		firmware.OutcomeHTTPProtocol, firmware.OutcomeHTTPProtocol}[at]
}

// timedOut reports whether o is what a deadline makes of a run.
func timedOut(o firmware.Outcome) bool {
	switch o {
	case firmware.OutcomeDNSTimeout, firmware.OutcomeTCPTimeout, firmware.OutcomeTLSTimeout, firmware.OutcomeTimeout,
		firmware.OutcomeStalled:
		return true
	}
	return false
}
