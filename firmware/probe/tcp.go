package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"edgeprobe.io/firmware"
)

const (
	mostHeard  = 64 << 10 // bytes listened to when the check has no bound
	mostPieces = 256      // reads in one run: each is followed by a match over all that was heard
)

// tcpProbe connects, and where the check says so sends and listens.
type tcpProbe struct {
	endpoint
	send []byte
	want *pattern // nil: does not listen
	in   []byte
	most int64
}

func newTCP(check firmware.Check, _ Via, _ Clock, _ Settings) (kind, error) {
	c := check.TCP
	if c == nil {
		return nil, errors.New("a check of kind tcp says where to connect")
	}
	e, err := newEndpoint(c.Target, c.Address)
	if err != nil {
		return nil, err
	}
	t := &tcpProbe{endpoint: e, send: []byte(c.Send), most: mostHeard}
	if t.want, err = newPattern(c.Expect); err != nil {
		return nil, fmt.Errorf("what is expected: %w", err)
	}
	if c.MaxBytes < 0 {
		return nil, errors.New("the bytes to listen to are not negative")
	}
	if c.MaxBytes > 0 {
		t.most = c.MaxBytes
	}
	return t, nil
}

func (t *tcpProbe) measure(ctx context.Context, r *run) error {
	conn, err := t.connect(ctx, r)
	if err != nil {
		return err
	}
	defer r.guard(conn)()
	r.result.Conn = firmware.ConnPlain
	r.phase = phaseWait
	began := time.Now()
	if len(t.send) > 0 {
		if _, err := conn.Write(t.send); err != nil {
			return err
		}
	}
	if t.want == nil {
		return nil
	}
	return t.listen(r, conn, began)
}

// listen reads until what is wanted was heard, the server ends, or a bound is reached.
func (t *tcpProbe) listen(r *run, conn net.Conn, began time.Time) error {
	var first time.Time
	t.in = t.in[:0]
	for range mostPieces {
		end, err := t.hear(conn)
		if len(t.in) > 0 && first.IsZero() {
			first = time.Now()
			r.phase, r.result.Phases.Wait = phaseAnswer, span(began, first)
		}
		r.result.Bytes = uint32(len(t.in))
		if err != nil {
			return err
		}
		_, found, err := t.want.find(t.in, r.deadline)
		if !first.IsZero() {
			r.result.Phases.Transfer = span(first, time.Now())
		}
		switch {
		case err != nil || found:
			return err
		case end && len(t.in) == 0:
			return io.EOF
		case end:
			return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("the %d bytes heard do not match %q", len(t.in), t.want)}
		case int64(len(t.in)) >= t.most:
			return &miss{firmware.OutcomeTooLarge, fmt.Sprintf("nothing in the first %d bytes matches %q", len(t.in), t.want)}
		}
	}
	return &miss{firmware.OutcomeTooLarge, fmt.Sprintf("nothing in the first %d pieces matches %q", mostPieces, t.want)}
}

// hear reads once more. End says that no more comes: the server closed, or fell silent after having spoken.
func (t *tcpProbe) hear(conn net.Conn) (end bool, err error) {
	const step = 4 << 10
	have := len(t.in)
	room := int(min(step, t.most-int64(have)))
	t.in = append(t.in, make([]byte, room)...)
	n, err := conn.Read(t.in[have:])
	t.in = t.in[:have+n]
	if errors.Is(err, io.EOF) || err != nil && isTimeout(err) && len(t.in) > 0 {
		return true, nil
	}
	return false, err
}
