package sandbox_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/scripts/lab/sandbox"
)

// The test program is each of the parts: the test, the program outside (role "outside") and the one inside.
func TestMain(m *testing.M) {
	inside, err := sandbox.Settle()
	switch {
	case err != nil:
		fmt.Println("settle:", err)
		os.Exit(3)
	case inside:
		os.Exit(guest(os.Args[len(os.Args)-1]))
	case os.Getenv("ROLE") == "outside":
		err := sandbox.Run(context.Background(), sandbox.Room{Name: os.Getenv("NAME"), Args: []string{os.Getenv("GUEST")}, Stdout: os.Stdout, Stderr: os.Stderr})
		fmt.Println("outside:", err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// guest is the program inside.
func guest(what string) int {
	switch what {
	case "code7":
		return 7
	case "look":
		return look()
	case "stay":
		return stay()
	}
	return 3
}

// look says what there is in a new room.
func look() int {
	_, err := (&net.Dialer{Timeout: time.Second}).Dial("udp4", "198.51.100.1:53")
	fmt.Println("dial:", errors.Is(err, syscall.ENETUNREACH))
	ifaces, _ := net.Interfaces()
	fmt.Println("interfaces:", len(ifaces), ifaces[0].Name, ifaces[0].Flags&net.FlagUp != 0)
	netns, _ := os.ReadDir("/run/netns")
	fmt.Println("netns:", len(netns))
	procs, _ := filepath.Glob("/proc/[0-9]*")
	fmt.Println("processes:", len(procs), os.Getpid(), os.Getuid())
	return 0
}

// stay fills the room with what could be left behind, then waits until it is asked to stop.
func stay() int {
	for _, argv := range [][]string{{"ip", "netns", "add", "node"}, {"ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", "node"}} {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			fmt.Printf("%v: %v %s\n", argv, err, out)
			return 3
		}
	}
	child := exec.Command("sleep", "1000")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		fmt.Println(err)
		return 3
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	fmt.Println("ready")
	<-stop
	return 5
}

func run(t *testing.T, what string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := sandbox.Run(t.Context(), sandbox.Room{Name: "test", Args: []string{what}, Stdout: &out, Stderr: &out})
	return out.String(), err
}

func TestARoomIsEmptyAndLeadsNowhere(t *testing.T) {
	got, err := run(t, "look")
	want := "dial: true\ninterfaces: 1 lo true\nnetns: 0\nprocesses: 1 1 0\n"
	if err != nil || got != want {
		t.Errorf("%v: got\n%s, want\n%s", err, got, want)
	}
}

func TestTheCodeComesOut(t *testing.T) {
	_, err := run(t, "code7")
	var exit *sandbox.ExitError
	if !errors.As(err, &exit) || exit.Code != 7 {
		t.Errorf("got %v, want code 7", err)
	}
}

func TestTheEndOfTheContextEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	var g errgroup.Group
	g.Go(func() error {
		defer w.Close()
		return sandbox.Run(ctx, sandbox.Room{Name: "test", Args: []string{"stay"}, Stdout: w, Stderr: w})
	})
	lines := bufio.NewScanner(r)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("it said %q", lines.Text())
	}
	cancel()
	for lines.Scan() {
	}
	var exit *sandbox.ExitError
	if err := g.Wait(); !errors.As(err, &exit) || exit.Code != 5 {
		t.Errorf("got %v, want the code of one who was asked to stop", err)
	}
}
