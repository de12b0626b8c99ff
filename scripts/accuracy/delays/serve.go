package delays

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"edgeprobe.io/scripts/bench/yardstick"
)

// An answer comes in two parts, of which no packet holds both.
const (
	firstPart  = 900
	secondPart = 1100
)

// Serve is the far end: the network device, and behind it a web server and a name server, until ctx ends. It says on w
// which authority to trust, and from then on what was injected, each as a line of JSON.
func Serve(ctx context.Context, delay Range, w io.Writer) error {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, -20) // whoever is late here is not the one who is measured; where it is allowed
	tun, err := openTUN()
	if err != nil {
		return err
	}
	leaf, ca, err := yardstick.Issue()
	if err != nil {
		return errors.Join(err, tun.Close())
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(here, strconv.Itoa(portHTTPS)))
	if err != nil {
		return errors.Join(err, tun.Close())
	}
	sock, err := net.ListenPacket("udp", net.JoinHostPort(here, strconv.Itoa(portDNS)))
	if err != nil {
		return errors.Join(err, ln.Close(), tun.Close())
	}
	web, names := webServer(leaf), &dns.Server{PacketConn: sock, Handler: dns.HandlerFunc(answer)}
	lines := json.NewEncoder(w)
	if err := lines.Encode(string(ca)); err != nil {
		return errors.Join(err, sock.Close(), ln.Close(), tun.Close())
	}
	b := &between{tun: tun, delay: delay, told: lines, flows: map[key]*held{}}
	g, gone := errgroup.WithContext(ctx)
	g.Go(b.pass)
	g.Go(func() error {
		if err := web.ServeTLS(ln, "", ""); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve HTTPS: %w", err)
		}
		return nil
	})
	g.Go(names.ActivateAndServe)
	g.Go(func() error {
		<-gone.Done()
		return errors.Join(tun.Close(), web.Close(), names.Shutdown())
	})
	return g.Wait()
}

// webServer answers in two parts and resumes no session: every run makes a full handshake.
func webServer(leaf tls.Certificate) *http.Server {
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(firstPart+secondPart))
			_, _ = w.Write(make([]byte, firstPart))
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(make([]byte, secondPart))
		}),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{leaf}, NextProtos: []string{"http/1.1"}, SessionTicketsDisabled: true},
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
	}
}

// answer says that every name is beyond.
func answer(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	if len(q.Question) == 1 && q.Question[0].Qtype == dns.TypeA {
		m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}, A: net.ParseIP(beyond)}}
	}
	_ = w.WriteMsg(m)
}
