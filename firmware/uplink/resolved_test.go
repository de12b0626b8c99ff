package uplink

import (
	"bytes"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware/uplink/resolvers"
	"edgeprobe.io/firmware/uplink/resolvers/bustest"
)

// TestARealResolved: Debian's systemd-resolved, on a bus and in namespaces of its own, is understood: what it is told for
// a link is known at once, and so is that it was told to forget. Its file says the same.
func TestARealResolved(t *testing.T) {
	program := resolvedProgram(t)
	if !apart(t) {
		return
	}
	bus := bustest.Start(t)
	u := given(t, "a0", bus)
	ip(t, 0, "link add name a0 index 41 type veth peer name b0")
	keeps(t, u)
	runResolved(t, program, bus)
	manager := bus.Connect().Object("org.freedesktop.resolve1", "/org/freedesktop/resolve1")
	until(t, "systemd-resolved knows the link", func() bool { return manager.Call("org.freedesktop.resolve1.Manager.GetLink", 0, int32(41)).Err == nil })
	servers := bustest.Servers("192.0.2.1:5353", "fe80::1", "2001:db8::1")
	servers[0].Name = "dns.example"
	if err := manager.Call("org.freedesktop.resolve1.Manager.SetLinkDNSEx", 0, int32(41), servers).Err; err != nil {
		t.Fatal(err)
	}
	want := []string{"192.0.2.1:5353", "[fe80::1%a0]:53", "[2001:db8::1]:53"}
	is := func(k resolvers.Known, from resolvers.Origin) bool {
		return k.From == from && slices.EqualFunc(k.Servers, want, func(s netip.AddrPort, w string) bool { return s.String() == w })
	}
	until(t, "the uplink knows the link's servers", func() bool { return is(u.Known(), resolvers.Resolved) })
	if k := resolvers.OfFiles("", "a0", 41); !is(k, "/run/systemd/resolve/netif/41") {
		t.Errorf("in its file: %v", k)
	}
	if err := manager.Call("org.freedesktop.resolve1.Manager.RevertLink", 0, int32(41)).Err; err != nil {
		t.Fatal(err)
	}
	knows(t, u, "the link was reverted", "192.0.2.9", conf)
}

// resolvedProgram returns the path of systemd-resolved, which scripts/setup.sh unpacks where it is not installed.
func resolvedProgram(t *testing.T) string {
	t.Helper()
	unpacked := filepath.Join("..", "..", ".cache", "debian")
	for _, dir := range []string{"/usr/lib", "/lib", filepath.Join(unpacked, "usr", "lib"), filepath.Join(unpacked, "lib")} {
		if path, err := filepath.Abs(filepath.Join(dir, "systemd", "systemd-resolved")); err == nil {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	t.Fatal("this test needs systemd-resolved: make setup unpacks it")
	return ""
}

// runResolved runs systemd-resolved until the test ends, in a world where /run is empty and its user is root: this mount
// namespace's.
func runResolved(t *testing.T, program string, bus *bustest.Bus) {
	t.Helper()
	users, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "passwd")
	if err := os.WriteFile(file, append([]byte("systemd-resolve:x:0:0::/:/bin/false\n"), users...), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, m := range []struct {
		from, to, kind string
		flags          uintptr
	}{
		{"none", "/", "", unix.MS_REC | unix.MS_PRIVATE}, {"none", "/run", "tmpfs", 0}, {file, "/etc/passwd", "", unix.MS_BIND},
	} {
		if err := unix.Mount(m.from, m.to, m.kind, m.flags, ""); err != nil {
			t.Fatalf("mount %s on %s: %v", m.from, m.to, err)
		}
	}
	if err := os.MkdirAll("/run/systemd/resolve", 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+bus.Address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var says bytes.Buffer
	cmd.Stderr = &says
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait() // killed
		t.Logf("systemd-resolved: %s", &says)
	})
}
