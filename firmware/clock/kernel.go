package clock

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

const (
	bootIDFile = "/proc/sys/kernel/random/boot_id"
	// timesyncFile is made by systemd-timesyncd at its first synchronisation of a boot (systemd-timesyncd(8)).
	timesyncFile = "/run/systemd/timesync/synchronized"
	timeError    = 5 // adjtimex(2): TIME_ERROR, the clock is not synchronised
)

// kernel is what a clock reads.
type kernel struct {
	up     func() (time.Duration, error) // time since boot, suspend included
	wall   func() time.Time              // wall clock
	synced func() bool                   // somebody disciplines the wall clock
}

func linux() kernel {
	return kernel{
		up:     boottime,
		wall:   time.Now,
		synced: func() bool { return synced(adjtimex, timesyncFile) },
	}
}

func boottime() (time.Duration, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t)
	return time.Duration(t.Nano()), err
}

// adjtimex reads the state of the kernel's clock discipline; it needs no privilege, but a seccomp filter
// (systemd's ProtectClock=) may refuse it.
func adjtimex() (state int, status int32, err error) {
	var t unix.Timex
	state, err = unix.Adjtimex(&t)
	return state, t.Status, err
}

// synced asks the kernel, and the time daemon's flag file when the kernel refuses to say.
func synced(adjtimex func() (int, int32, error), flag string) bool {
	state, status, err := adjtimex()
	if err != nil {
		_, err = os.Stat(flag)
		return err == nil
	}
	return state != timeError && status&unix.STA_UNSYNC == 0
}

func bootID(file string) (firmware.BootID, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return firmware.BootID{}, fmt.Errorf("read boot id: %w", err)
	}
	id, err := firmware.ParseBootID(strings.TrimSpace(string(raw)))
	if err != nil {
		return id, fmt.Errorf("read %s: %w", file, err)
	}
	if id == (firmware.BootID{}) {
		return id, fmt.Errorf("read %s: the boot id is all zero, so boots cannot be told apart", file)
	}
	return id, nil
}
