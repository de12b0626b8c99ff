package uplink

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"edgeprobe.io/firmware/uplink/resolvers"
	"edgeprobe.io/firmware/uplink/resolvers/bustest"
)

// TestARealResolved: Debian's systemd-resolved, on a bus and in namespaces of its own, is understood: what it is told for
// a link is known at once, and so is that it was told to forget. Its file says the same.
func TestARealResolved(t *testing.T) {
	program := unpacked(t, "lib/systemd/systemd-resolved")
	if !apart(t) {
		return
	}
	bus := bustest.Start(t)
	u := given(t, "a0", bus)
	ip(t, 0, "link add name a0 index 41 type veth peer name b0")
	keeps(t, u)
	alone(t)
	play(t, bus, program)
	manager := bus.Connect().Object("org.freedesktop.resolve1", "/org/freedesktop/resolve1")
	until(t, "systemd-resolved knows the link", func() bool { return manager.Call("org.freedesktop.resolve1.Manager.GetLink", 0, int32(41)).Err == nil })
	servers := bustest.Servers("192.0.2.1:5353", "fe80::1", "2001:db8::1")
	servers[0].Name = "dns.example"
	if err := manager.Call("org.freedesktop.resolve1.Manager.SetLinkDNSEx", 0, int32(41), servers).Err; err != nil {
		t.Fatal(err)
	}
	want := "{[192.0.2.1:5353 [fe80::1%a0]:53 [2001:db8::1]:53] "
	until(t, "the uplink knows the link's servers", func() bool { return fmt.Sprint(u.Known()) == want+"systemd-resolved}" })
	if k := resolvers.OfFiles("", "a0", 41); fmt.Sprint(k) != want+"/run/systemd/resolve/netif/41}" {
		t.Errorf("in its file: %v", k)
	}
	if err := manager.Call("org.freedesktop.resolve1.Manager.RevertLink", 0, int32(41)).Err; err != nil {
		t.Fatal(err)
	}
	knows(t, u, "the link was reverted", "192.0.2.9", conf)
}

// TestARealNetworkManager: Debian's NetworkManager, likewise: the servers of a connection are known when it is up, and
// its file for the machine says the same.
func TestARealNetworkManager(t *testing.T) {
	program := unpacked(t, "sbin/NetworkManager")
	if !apart(t) {
		return
	}
	bus := bustest.Start(t)
	u := given(t, "a0", bus)
	ip(t, 0, "link add name a0 type veth peer name b0")
	ip(t, 0, "link set b0 up")
	keeps(t, u)
	alone(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"conf": "[main]\nplugins=keyfile\ndns=default\nrc-manager=unmanaged\nhostname-mode=none\nno-auto-default=*\n[keyfile]\nunmanaged-devices=interface-name:b0\npath=" + dir + "\n",
		"a0.nmconnection": "[connection]\nid=a0\nuuid=11111111-2222-3333-4444-555555555555\ntype=ethernet\ninterface-name=a0\n" +
			"[ipv4]\nmethod=manual\naddress1=10.7.0.2/24,10.7.0.1\ndns=192.0.2.1;192.0.2.2;\n[ipv6]\nmethod=manual\naddress1=2001:db8:7::2/64\ndns=2001:db8::53;\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	play(t, bus, program, "--no-daemon", "--config="+dir+"/conf", "--config-dir="+dir, "--intern-config="+dir+"/intern", "--log-level=INFO")
	want := "{[192.0.2.1:53 192.0.2.2:53 [2001:db8::53]:53] "
	until(t, "the uplink knows the connection's servers", func() bool { return fmt.Sprint(u.Known()) == want+"NetworkManager}" })
	until(t, "its file tells them", func() bool {
		return fmt.Sprint(resolvers.OfFiles("", "a0", 0)) == want+"/run/NetworkManager/resolv.conf}"
	})
}

// unpacked returns the path of a program that scripts/setup.sh unpacks where it is not installed.
func unpacked(t *testing.T, program string) string {
	t.Helper()
	const debian = "../../.cache/debian"
	for _, dir := range []string{"/usr", "/", debian + "/usr", debian} {
		if path, err := filepath.Abs(filepath.Join(dir, program)); err == nil {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	t.Fatalf("this test needs %s: make setup unpacks it", program)
	return ""
}

// alone makes this mount namespace a machine on which no daemon has run yet, which knows no network but this namespace's,
// and on which systemd-resolved's user is root. What is the real machine's there, daemons cannot change.
func alone(t *testing.T) {
	t.Helper()
	users, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "passwd")
	if err := os.WriteFile(file, append([]byte("systemd-resolve:x:0:0::/:/bin/false\n"), users...), 0o644); err != nil {
		t.Fatal(err)
	}
	const kept = unix.MS_BIND | unix.MS_REMOUNT | unix.MS_RDONLY | unix.MS_NOSUID
	for _, m := range []struct {
		from, to, kind string
		flags          uintptr
	}{
		{"none", "/", "", unix.MS_REC | unix.MS_PRIVATE}, {"none", "/run", "tmpfs", 0}, {"none", "/var/lib", "tmpfs", 0},
		{"sysfs", "/sys", "sysfs", unix.MS_RDONLY}, {file, "/etc/passwd", "", unix.MS_BIND},
		{"/dev", "/dev", "", unix.MS_BIND | unix.MS_REC}, {"none", "/dev", "", kept | unix.MS_NOEXEC},
		{"/etc", "/etc", "", unix.MS_BIND | unix.MS_REC}, {"none", "/etc", "", kept | unix.MS_NODEV},
		{"/usr", "/usr", "", unix.MS_BIND | unix.MS_REC}, {"none", "/usr", "", kept | unix.MS_NODEV},
	} {
		if err := unix.Mount(m.from, m.to, m.kind, m.flags, ""); err != nil {
			t.Fatalf("mount %s on %s: %v", m.from, m.to, err)
		}
	}
	for _, dir := range []string{"/dev", "/etc", "/usr"} {
		if err := os.WriteFile(dir+"/edgeprobe-test", nil, 0o600); !errors.Is(err, unix.EROFS) {
			t.Fatalf("%s can be written to: %v", dir, err)
		}
	}
	for _, dir := range []string{"/run/systemd/resolve", "/run/NetworkManager", "/var/lib/NetworkManager"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// play runs a daemon on a bus until the test ends.
func play(t *testing.T, bus *bustest.Bus, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+bus.Address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var says bytes.Buffer
	cmd.Stdout, cmd.Stderr = &says, &says
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait() // killed
		if t.Failed() {
			t.Logf("%s says\n%s", program, &says)
		}
	})
}
