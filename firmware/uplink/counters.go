package uplink

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Counters are what the kernel has counted on an interface since that interface appeared.
type Counters struct {
	Index uint32 // the kernel's number of the interface; one that is plugged in again gets another
	Rx    uint64 // bytes received
	Tx    uint64 // bytes sent
}

// ReadCounters reads an interface's counters. The error is ENODEV when there is no such interface.
func ReadCounters(name string) (Counters, error) {
	answer, err := query(name, func(index uint32) []byte {
		m := make([]byte, unix.NLMSG_HDRLEN+unix.SizeofIfInfomsg)
		binary.NativeEndian.PutUint32(m[unix.NLMSG_HDRLEN+4:], index)
		return request(m, unix.RTM_GETLINK)
	})
	var c Counters
	if err == nil {
		c, err = parseCounters(answer)
	}
	if err != nil {
		return Counters{}, fmt.Errorf("count bytes of %s: %w", name, err)
	}
	return c, nil
}

// parseCounters reads a message RTM_NEWLINK: its struct rtnl_link_stats64 begins with the packets received and sent,
// then the bytes received and sent.
func parseCounters(m []byte) (Counters, error) {
	body, err := answered(m, unix.RTM_NEWLINK, unix.SizeofIfInfomsg)
	if err != nil {
		return Counters{}, err
	}
	for kind, value := range attrs(body[unix.SizeofIfInfomsg:]) {
		if kind == unix.IFLA_STATS64 && len(value) >= 32 {
			return Counters{
				Index: binary.NativeEndian.Uint32(body[4:]),
				Rx:    binary.NativeEndian.Uint64(value[16:]), Tx: binary.NativeEndian.Uint64(value[24:]),
			}, nil
		}
	}
	return Counters{}, errors.New("the kernel tells no counters")
}
