package uplink

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/sync/errgroup"
)

// Where the internet of these tests answers: it tells each TCP caller its address, and every name is itself.
const (
	callee = "10.9.0.1:8080"
	asked  = "10.9.0.1:53"
)

// newInternet starts a process in another namespace and joins it to this one by two wires: a0 to b0 with 10.1.0.0/24
// and a1 to b1 with 10.2.0.0/24. It returns the process.
func newInternet(t *testing.T) int {
	t.Helper()
	if err := quiet(); err != nil {
		t.Fatal(err)
	}
	cmd := again("internet")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the internet ended badly: %v", err)
		}
	})
	says, pid := bufio.NewReader(stdout), cmd.Process.Pid
	if line, err := says.ReadString('\n'); err != nil || line != "quiet\n" {
		t.Fatalf("the internet says %q (%v)", line, err)
	}
	ip(t, 0, "link set lo up")
	ip(t, pid, "link set lo up")
	ip(t, pid, "addr add 10.9.0.1/32 dev lo")
	for i := range 2 {
		wire(t, pid, i)
	}
	io.WriteString(stdin, "go\n")
	if line, err := says.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the internet says %q (%v)", line, err)
	}
	return pid
}

// quiet keeps this namespace from sending what nobody asked for (IPv6 looks for neighbours), and from judging where
// answers come in.
func quiet() error {
	for path, value := range map[string]string{
		"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1", "ipv4/conf/all/rp_filter": "0", "ipv4/conf/default/rp_filter": "0",
		"ipv4/ping_group_range": "0 2147483647",
	} {
		if err := os.WriteFile("/proc/sys/net/"+path, []byte(value), 0o644); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// wire lays wire i, its end here with an address and the default route over it.
func wire(t *testing.T, pid, i int) {
	t.Helper()
	n := string(rune('0' + i))
	subnet := "10." + string(rune('1'+i)) + ".0."
	ip(t, 0, "link add a"+n+" type veth peer name b"+n)
	ip(t, 0, "link set b"+n+" netns "+itoa(pid))
	ip(t, pid, "addr add "+subnet+"1/24 dev b"+n)
	ip(t, pid, "link set b"+n+" up")
	ip(t, 0, "addr add "+subnet+"2/24 dev a"+n)
	ip(t, 0, "link set a"+n+" up")
	route(t, i)
}

// route sets the default route over wire i; wire 0 is preferred.
func route(t *testing.T, i int) {
	t.Helper()
	n, subnet := string(rune('0'+i)), "10."+string(rune('1'+i))+".0."
	ip(t, 0, "route add default via "+subnet+"1 dev a"+n+" metric "+n+"00")
}

// internet is the other end: it serves until its standard input ends.
func internet() error {
	in := bufio.NewReader(os.Stdin)
	if err := quiet(); err != nil {
		return err
	}
	os.Stdout.WriteString("quiet\n")
	if _, err := in.ReadString('\n'); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tcp, err := net.Listen("tcp4", callee)
	if err != nil {
		return err
	}
	udp, err := net.ListenPacket("udp4", asked)
	if err != nil {
		return err
	}
	udp6, err := net.ListenPacket("udp6", "[::]:53")
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { tcp.Close(); udp.Close(); udp6.Close() })
	var g errgroup.Group
	if err := shop(ctx, &g); err != nil {
		return err
	}
	os.Stdout.WriteString("ready\n")
	g.Go(func() error { return greet(ctx, tcp) })
	g.Go(func() error { return answer(ctx, udp) })
	g.Go(func() error { return answer(ctx, udp6) })
	io.Copy(io.Discard, in)
	cancel()
	return g.Wait()
}

// greet tells each caller its own address.
func greet(ctx context.Context, l net.Listener) error {
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
		c.SetDeadline(time.Now().Add(time.Second))
		io.WriteString(c, c.RemoteAddr().(*net.TCPAddr).IP.String())
		c.Close()
	}
}

// answer gives every name the address 10.9.0.1, the root its name server, and no other record.
func answer(ctx context.Context, p net.PacketConn) error {
	buf := make([]byte, 1500)
	for {
		n, from, err := p.ReadFrom(buf)
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
		var m dnsmessage.Message
		if err := m.Unpack(buf[:n]); err != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}
		switch {
		case q.Type == dnsmessage.TypeA:
			m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.AResource{A: [4]byte{10, 9, 0, 1}}}}
		case q.Type == dnsmessage.TypeNS && q.Name.String() == ".":
			h.TTL = 3600
			m.Answers = []dnsmessage.Resource{{Header: h, Body: &dnsmessage.NSResource{NS: dnsmessage.MustNewName("a.root.example.")}}}
		}
		if out, err := m.Pack(); err == nil {
			p.WriteTo(out, from)
		}
	}
}
