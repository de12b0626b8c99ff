package delays

import (
	"time"

	"golang.org/x/sys/unix"
)

// phase is a part of a run.
type phase int

// The phases, in the order of a run.
const (
	resolve phase = iota
	connect
	secure
	wait
	transfer
	phases
)

// String returns the phase's name on every surface of the product.
func (p phase) String() string {
	return [...]string{"resolve", "connect", "tls", "wait", "transfer"}[p]
}

// truth is what was really injected into a flow: a question of DNS, or a connection.
type truth struct {
	Protocol byte                  `json:"protocol"`
	Port     uint16                `json:"port"` // the device's
	At       time.Duration         `json:"at"`   // of its first packet, by mono
	Injected [phases]time.Duration `json:"injected"`
}

// mono is the kernel's monotonic clock, which is one for all processes.
func mono() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) // cannot fail for this clock
	return time.Duration(t.Nano())
}
