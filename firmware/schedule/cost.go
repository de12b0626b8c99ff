package schedule

import (
	"strings"

	"edgeprobe.io/firmware"
)

// What a run of each kind costs, measured: bytes of IP packets, in both directions, with a full TLS handshake, a
// usual chain of certificates and a body of 1 KiB. They are for planning; the uplink counts what it really was.
const (
	costTLS    = 6300 // TCP and a full handshake
	costHTTP   = 1900 // TCP, a request and its answer
	costHTTPS  = 7300
	costHEAD   = 1000 // less, without the body
	costLookup = 300  // a question over UDP and its answer
	costTCP    = 500  // a connection and a line each way
	costPings  = 1000 // five echoes and their replies
	costOther  = 10 * costHTTPS
)

// Cost estimates what a run of the check costs on the wire, in bytes.
func Cost(c firmware.Check) int64 {
	switch c.Kind {
	case "http":
		return costOfHTTP(c.HTTP)
	case "dns":
		return costLookup
	case "tls":
		return costTLS + costLookup
	case "tcp":
		return costTCP + costLookup
	case "icmp":
		return costPings + costLookup
	case "portal":
		return costHTTP + costLookup
	}
	return costOther
}

func costOfHTTP(c *firmware.HTTPCheck) int64 {
	if c == nil {
		return costHTTPS + costLookup
	}
	cost := int64(costHTTPS)
	if strings.HasPrefix(c.URL, "http:") {
		cost = costHTTP
	}
	if c.Method == "HEAD" {
		cost -= costHEAD
	}
	if c.Address == "" {
		cost += costLookup
	}
	return cost + int64(len(c.Body))
}
