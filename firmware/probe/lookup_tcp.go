package probe

import (
	"context"
	"encoding/binary"
	"io"
	"time"

	"edgeprobe.io/firmware"
)

// byTCP asks again for an answer that was too long for a packet (RFC 7766). It takes no more time than any resolver has,
// so that another still has its turn.
func (x *exchange) byTCP(ctx context.Context, n query) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Until(x.run.deadline)/3)
	defer cancel()
	rep, err := x.stream(ctx, n)
	if err == nil {
		return rep, nil
	}
	switch classify(err, phaseResolve, x.run.stopped()) {
	case firmware.OutcomeLocalFault:
		return reply{}, err
	case firmware.OutcomeDNSTimeout:
		return reply{malformed: true}, &miss{firmware.OutcomeDNSTimeout, "the resolver's answer was truncated, and by TCP none came in time"}
	}
	return reply{malformed: true}, &miss{firmware.OutcomeDNSOther, "the resolver's answer was truncated and TCP to it failed"}
}

func (x *exchange) stream(ctx context.Context, n query) (reply, error) {
	c, err := x.run.via.Dial(ctx, "tcp", n.to.at.String())
	if err != nil {
		return reply{}, err
	}
	defer x.run.guard(c)()
	until, _ := ctx.Deadline()
	if err := c.SetDeadline(until); err != nil {
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
