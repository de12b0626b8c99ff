package probe_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/probe"
)

func pingCheck(host string, count int, timeout time.Duration) firmware.Check {
	return firmware.Check{
		Ref: firmware.CheckRef{Service: "shop", Name: "ping"}, Kind: "icmp", Role: firmware.RoleEvidence,
		Interval: 10 * time.Second, Timeout: timeout, ICMP: &firmware.ICMPCheck{Host: host, Count: count},
	}
}

// inNet runs f on a thread with a network namespace of its own, in which loopback is up. The thread ends with f.
func inNet(t *testing.T, f func(set func(name, value string))) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			err = loopbackUp()
		}
		if err == nil {
			f(func(name, value string) {
				err = errors.Join(err, os.WriteFile("/proc/sys/net/"+name, []byte(value), 0))
			})
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatalf("this test needs a network namespace, which root can make: %v", err)
	}
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

// TestPing pings for real, in a network where that is allowed, and where it is not.
func TestPing(t *testing.T) {
	const groups, all, none = "ipv4/ping_group_range", "0 2147483647", "1 0"
	const dead = "ipv4/icmp_echo_ignore_all"
	inNet(t, func(set func(name, value string)) {
		for _, tc := range []struct {
			name, host  string
			allow, mute string
			want        firmware.Outcome
			detail      string
		}{
			{"IPv4", "127.0.0.7", all, "0", firmware.OutcomeOK, ""},
			{"IPv6", "::1", all, "0", firmware.OutcomeOK, ""},
			{"mute", "127.0.0.1", all, "1", firmware.OutcomeTimeout, "no answer; 0 of 3 answered, 100% lost"},
			{"no route from here", "192.0.2.1", all, "0", firmware.OutcomeLocalFault, "find a route to 192.0.2.1"},
			{"closed", "127.0.0.1", none, "0", firmware.OutcomeLocalFault, `sysctl -w net.ipv4.ping_group_range="0 2147483647"`},
			{"closed for IPv6", "::1", none, "0", firmware.OutcomeLocalFault, "sysctl -w net.ipv4.ping_group_range"},
		} {
			set(groups, tc.allow)
			set(dead, tc.mute)
			r := do(t, prober(t, pingCheck(tc.host, 3, 900*time.Millisecond), loopback(), probe.Defaults()), 900*time.Millisecond)
			if r.Outcome != tc.want || !strings.Contains(r.Detail, tc.detail) {
				t.Errorf("%s: %v (%s), want %v (%s)", tc.name, r.Outcome, r.Detail, tc.want, tc.detail)
			}
			if trips := r.Trips; r.Outcome.OK() && (r.Detail != "" || trips.Sent != 3 || trips.Answered != 3 || trips.Min <= 0 || trips.Min > r.Phases.Wait || trips.Max < r.Phases.Wait) {
				t.Errorf("%s: %+v", tc.name, r)
			}
			if r.Outcome.OK() && (r.Address != netip.MustParseAddr(tc.host) || r.Phases.Wait == 0 || r.Phases.Wait > 100*time.Millisecond) {
				t.Errorf("%s: %+v", tc.name, r)
			}
		}
	})
}

// TestPingLeavesByItsUplink holds that a ping has the source address of the uplink's own sockets.
func TestPingLeavesByItsUplink(t *testing.T) {
	inNet(t, func(set func(name, value string)) {
		set("ipv4/ping_group_range", "0 2147483647")
		for source, want := range map[string]firmware.Outcome{
			"127.0.11.1:0": firmware.OutcomeOK, "[::1]:0": firmware.OutcomeLocalFault, "192.0.2.9:0": firmware.OutcomeLocalFault,
		} {
			via := loopback()
			via.ListenPacket = func(ctx context.Context, _, _ string) (net.PacketConn, error) {
				return (&net.ListenConfig{}).ListenPacket(ctx, "udp", source)
			}
			if r := do(t, prober(t, pingCheck("127.0.0.1", 1, time.Second), via, probe.Defaults()), time.Second); r.Outcome != want {
				t.Errorf("from %s: %v (%s), want %v", source, r.Outcome, r.Detail, want)
			}
		}
	})
}
