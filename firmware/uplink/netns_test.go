package uplink

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// roleEnv says what this test binary is to be when it runs itself again in a network namespace of its own.
const roleEnv = "EDGEPROBE_UPLINK_ROLE"

func TestMain(m *testing.M) {
	if play, other := map[string]func() error{"internet": internet, "router": forward}[os.Getenv(roleEnv)]; other {
		if err := play(); err != nil {
			fmt.Fprintln(os.Stderr, os.Getenv(roleEnv)+":", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// again returns this binary, to be run in network and mount namespaces of its own in a role. Root makes one; everybody else
// needs a user namespace, in which it is root.
func again(role string, args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+role, "GORACE=atexit_sleep_ms=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return cmd
}

// apart runs the calling test again in a network namespace of its own, and reports whether this is that run.
func apart(t *testing.T) bool {
	t.Helper()
	if os.Getenv(roleEnv) == "device" {
		return true
	}
	for command, from := range map[string]string{"ip": "iproute2", "nft": "nftables"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Fatalf("this test needs the command %s: install %s (make setup does)", command, from)
		}
	}
	out, err := again("device", "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=180s").CombinedOutput()
	t.Logf("%s", out)
	if bytes.Contains(out, []byte("--- PASS: "+t.Name())) && err == nil {
		return false
	}
	if len(out) == 0 {
		t.Fatalf("no network namespace can be made here (%v): run the tests as root, or allow user namespaces", err)
	}
	t.Fatalf("in its own network namespace: %v", err)
	return false
}

// ip runs ip(8) in this process's namespace, or in that of the process pid when it is not 0.
func ip(t *testing.T, pid int, line string) {
	t.Helper()
	within(t, pid, "ip", line)
}

// nft is ip for nft(8).
func nft(t *testing.T, pid int, line string) {
	t.Helper()
	within(t, pid, "nft", line)
}

func within(t *testing.T, pid int, command, line string) {
	t.Helper()
	cmd := exec.Command(command, strings.Fields(line)...)
	if pid != 0 {
		cmd = exec.Command("nsenter", append([]string{"-t", strconv.Itoa(pid), "-n", command}, strings.Fields(line)...)...)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v: %s", command, line, err, out)
	}
}

// received returns how many packets an interface in the namespace of process pid has received.
func received(t *testing.T, pid int, name string) (packets int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/dev", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) > 2 && words[0] == name+":" {
			packets, err = strconv.Atoi(words[2])
			if err != nil {
				t.Fatal(err)
			}
			return packets
		}
	}
	t.Fatalf("the internet has no interface %s", name)
	return 0
}
