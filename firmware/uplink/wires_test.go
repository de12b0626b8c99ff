package uplink

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware"
)

func itoa(n int) string { return strconv.Itoa(n) }

// pair opens both uplinks of newInternet.
func pair() [2]*Uplink {
	var out [2]*Uplink
	for i := range out {
		out[i] = Open(firmware.Uplink{Name: "up" + itoa(i), Interface: "a" + itoa(i), Resolvers: []netip.AddrPort{netip.MustParseAddrPort(asked)}})
	}
	return out
}

// call dials over u and returns the address that the internet saw.
func call(ctx context.Context, u *Uplink) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, err := u.Dial(ctx, "tcp", callee)
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(2 * time.Second))
	b, err := io.ReadAll(c)
	return string(b), err
}

// TestTrafficLeavesByItsOwnInterface counts at the other end of each wire: TCP and DNS of an uplink come out of its
// own, though the kernel prefers the other one's route.
func TestTrafficLeavesByItsOwnInterface(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	for i, u := range pair() {
		own, other := "b"+itoa(i), "b"+itoa(1-i)
		for what, do := range map[string]func() (string, error){
			"tcp": func() (string, error) { return call(t.Context(), u) },
			"dns": func() (string, error) {
				ips, err := u.Resolve(t.Context(), "shop.example")
				if len(ips) != 1 || ips[0].String() != "10.9.0.1" {
					t.Errorf("shop.example over %s: %v", u.Name(), ips)
				}
				return "", err
			},
		} {
			ownBefore, otherBefore := received(t, pid, own), received(t, pid, other)
			seen, err := do()
			if err != nil {
				t.Fatalf("%s over %s: %v", what, u.Name(), err)
			}
			if want := "10." + itoa(i+1) + ".0.2"; what == "tcp" && seen != want {
				t.Errorf("tcp over %s came from %s, want %s", u.Name(), seen, want)
			}
			in, astray := received(t, pid, own)-ownBefore, received(t, pid, other)-otherBefore
			if in < 1 || astray != 0 {
				t.Errorf("%s over %s: %d packets by its own wire, %d by the other", what, u.Name(), in, astray)
			}
			t.Logf("%s over %s: %d packets by its own wire, %d by the other", what, u.Name(), in, astray)
		}
	}
}

// told is what an uplink said of itself.
type told struct {
	up  bool
	why string
}

// TestChangesAreToldAtOnce: what happens to an uplink is told by the kernel's word, not found by looking now and
// then, and nothing of it is told of the other one.
func TestChangesAreToldAtOnce(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	ups := pair()
	var heard [2]chan told
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	for i, u := range ups {
		heard[i] = make(chan told, 64)
		g.Go(func() error {
			return u.Run(ctx, time.Hour, func(up bool, why string) { heard[i] <- told{up, why} })
		})
	}
	await(t, heard[0], told{true, ""}, "at the start")
	await(t, heard[1], told{true, ""}, "at the start")
	for _, step := range []struct {
		name string
		do   func()
		want told
	}{
		{"the default route goes", func() { ip(t, 0, "route del default dev a0") }, told{false, "interface a0 has no default route"}},
		{"it comes back", func() { route(t, 0) }, told{true, ""}},
		{"the other end is switched off", func() { ip(t, pid, "link set b0 down") }, told{false, "interface a0 has no carrier"}},
		{"it comes back", func() { ip(t, pid, "link set b0 up") }, told{true, ""}},
		{"the interface is switched off", func() { ip(t, 0, "link set a0 down") }, told{false, "interface a0 is switched off"}},
		{"it comes back without a route", func() { ip(t, 0, "link set a0 up") }, told{false, "interface a0 has no default route"}},
		{"the route comes back", func() { route(t, 0) }, told{true, ""}},
		{"the address goes", func() { ip(t, 0, "addr flush dev a0") }, told{false, "interface a0 has no address"}},
		{"another one comes", func() { ip(t, 0, "addr add 10.1.0.3/24 dev a0"); route(t, 0) }, told{true, ""}},
		{"the interface vanishes", func() { ip(t, 0, "link del a0") }, told{false, "interface a0 does not exist"}},
		{"it is plugged in again", func() { wire(t, pid, 0) }, told{true, ""}},
	} {
		began := time.Now()
		step.do()
		done := time.Now()
		at := await(t, heard[0], step.want, step.name)
		t.Logf("%-32s told %6.1f ms after it was done, the command took %.1f ms", step.name, max(0, ms(at.Sub(done))), ms(done.Sub(began)))
	}
	stop()
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if len(heard[1]) > 0 {
		t.Errorf("the uplink that nothing happened to says %+v", <-heard[1])
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// await waits for one state, past those on the way to it, and returns when it was told.
func await(t *testing.T, from <-chan told, want told, after string) time.Time {
	t.Helper()
	late := time.NewTimer(3 * time.Second)
	defer late.Stop()
	for last := (told{}); ; {
		select {
		case last = <-from:
			if last == want {
				return time.Now()
			}
		case <-late.C:
			t.Fatalf("%s: last told %+v, want %+v", after, last, want)
		}
	}
}

// TestDialsFollowTheUplink: a new address is used by the next connection, and a dead uplink never borrows the other.
func TestDialsFollowTheUplink(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	u := pair()[0]
	ip(t, 0, "addr add 10.1.0.7/24 dev a0")
	ip(t, 0, "addr del 10.1.0.2/24 dev a0")
	ip(t, 0, "addr add 10.1.0.8/24 dev a0")
	ip(t, 0, "route replace default via 10.1.0.1 dev a0 metric 0")
	if seen, err := call(t.Context(), u); err != nil || seen != "10.1.0.8" && seen != "10.1.0.7" {
		t.Errorf("after a change of address the internet saw %q: %v", seen, err)
	}
	for _, c := range []struct {
		name string
		do   string
		want error
	}{
		{"without a default route", "route del default dev a0", unix.ENETUNREACH},
		{"switched off", "link set a0 down", unix.ENETUNREACH},
		{"vanished", "link del a0", unix.ENODEV},
	} {
		ip(t, 0, c.do)
		before := received(t, pid, "b1")
		_, err := call(t.Context(), u)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if _, err := u.Resolve(t.Context(), "shop.example"); err == nil {
			t.Errorf("%s: a name was resolved all the same", c.name)
		}
		if strayed := received(t, pid, "b1") - before; strayed != 0 {
			t.Errorf("%s: %d packets left by the other uplink", c.name, strayed)
		}
	}
}

// TestBytesAreCounted as they leave, and go on being counted when the interface is plugged in again.
func TestBytesAreCounted(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	ups := pair()
	dir := t.TempDir()
	for _, u := range ups {
		if err := u.Account(dir, firmware.BootID{1}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() (spent [2]int64) {
		for i, u := range ups {
			if err := u.Count(time.Time{}, time.Now()); err != nil {
				t.Fatal(err)
			}
			spent[i] = u.Spent().Spent()
		}
		return spent
	}
	count()
	last := [2]int64{}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"a call", func() {}},
		{"a call after the interface was plugged in again", func() { ip(t, 0, "link del a0"); count(); wire(t, pid, 0); last = count() }},
	} {
		step.do()
		if _, err := call(t.Context(), ups[0]); err != nil {
			t.Fatal(err)
		}
		now := count()
		if d := now[0] - last[0]; d < 300 || d > 3000 {
			t.Errorf("%s: %d bytes counted, want those of a TCP connection", step.name, d)
		}
		if now[1] != last[1] {
			t.Errorf("%s: %d bytes counted over the other uplink", step.name, now[1]-last[1])
		}
		t.Logf("%s: %d bytes, %d in all", step.name, now[0]-last[0], now[0])
		last = now
	}
}

// TestAnotherAddressIsTold: an uplink that stays up, but has other addresses or routes, may lead elsewhere.
func TestAnotherAddressIsTold(t *testing.T) {
	if !apart(t) {
		return
	}
	pid := newInternet(t)
	u, heard := pair()[0], make(chan told, 64)
	ctx, stop := context.WithCancel(t.Context())
	var g errgroup.Group
	g.Go(func() error {
		return u.Run(ctx, time.Hour, func(up bool, why string) { heard <- told{up, why} })
	})
	await(t, heard, told{true, ""}, "at the start")
	ip(t, pid, "addr add 10.1.0.5/24 dev b0") // another router
	for _, line := range []string{"addr add 10.1.0.7/24 dev a0", "route replace default via 10.1.0.5 dev a0 metric 000", "addr del 10.1.0.7/24 dev a0"} {
		ip(t, 0, line)
		await(t, heard, told{true, ""}, line)
	}
	stop()
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if len(heard) > 0 {
		t.Errorf("and also %+v", <-heard)
	}
}
