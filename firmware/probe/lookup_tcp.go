package probe

import (
	"context"
	"encoding/binary"
	"io"

	"edgeprobe.io/firmware"
)

// byTCP asks again for an answer that was too long for a packet (RFC 7766).
func (x *exchange) byTCP(ctx context.Context, n query) (reply, error) {
	rep, err := x.stream(ctx, n)
	if err == nil {
		return rep, nil
	}
	if out := classify(err, phaseResolve, x.run.stopped()); out == firmware.OutcomeLocalFault || out == firmware.OutcomeDNSTimeout {
		return reply{}, err
	}
	return reply{malformed: true}, &miss{firmware.OutcomeDNSOther, "the resolver's answer was truncated and TCP to it failed"}
}

func (x *exchange) stream(ctx context.Context, n query) (reply, error) {
	c, err := x.run.via.Dial(ctx, "tcp", n.to.at.String())
	if err != nil {
		return reply{}, err
	}
	defer x.run.guard(c)()
	if err := c.SetDeadline(x.run.deadline); err != nil {
		return reply{}, err
	}
	x.out = x.q.with(append(x.out[:0], 0, 0), n.id)
	binary.BigEndian.PutUint16(x.out, uint16(len(x.out)-2))
	if _, err := c.Write(x.out); err != nil {
		return reply{}, err
	}
	var size [2]byte
	if _, err := io.ReadFull(c, size[:]); err != nil {
		return reply{}, err
	}
	message := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(c, message); err != nil {
		return reply{}, err
	}
	rep, ours := parseReply(message, n.id, x.q)
	if !ours || rep.truncated {
		return reply{}, &miss{firmware.OutcomeDNSOther, "the answer by TCP is not one to the question"}
	}
	return rep, nil
}
