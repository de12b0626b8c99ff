package statuspage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"golang.org/x/net/netutil"
)

const (
	maxStreams = 16
	maxConns   = 64
	maxHeader  = 16 << 10
	sendBuffer = 64 << 10 // of a connection: how far a reader that takes nothing is written to before it is dropped
)

// shallow is a listener whose connections have a small send buffer; the kernel's own grows to megabytes.
type shallow struct{ net.Listener }

// Accept is the listener's, with the small buffer set.
func (l shallow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if t, ok := c.(*net.TCPConn); ok && err == nil {
		_ = t.SetWriteBuffer(sendBuffer) // a deeper buffer only drops later
	}
	return c, err
}

// Source tells the time of the views.
type Source interface {
	Now() firmware.Stamp
	Wall(firmware.Stamp) time.Time // the zero time when it isn't known
}

// Server serves the page. Once Listen or Run was called, its methods may be called from several goroutines.
type Server struct {
	set      Settings
	src      Source
	commands func(fold.Command) error
	log      *slog.Logger
	panel    Panel
	lag      func() Lag // nil: not told
	news     *news
	streams  chan struct{} // one token per open stream
	listener net.Listener  // nil: serves no page
}

// New returns a server that hands commands to commands; an error of theirs is told to the person who asked.
func New(set Settings, src Source, commands func(fold.Command) error, log *slog.Logger) *Server {
	return &Server{
		set: set, src: src, commands: commands, log: log, news: newNews(),
		streams: make(chan struct{}, maxStreams),
	}
}

// Panel is what the page needs to know of the device's panel.
type Panel struct {
	Regions []string      // one service lamp each; empty: one for all
	Lease   time.Duration // of a lamp
	// Lamps returns what the lamps show of a view at an instant; nil: nothing is told of lamps. It is called by
	// several goroutines.
	Lamps func(v fold.View, now firmware.Stamp) []Lamp
}

// ShowPanel has the page tell of the panel, too; to be called before Listen or Run.
func (s *Server) ShowPanel(p Panel) { s.panel = p }

// ShowLag has the page tell how late runs begin; to be called before Listen or Run. It is called by several goroutines.
func (s *Server) ShowLag(lag func() Lag) { s.lag = lag }

// raw is v with what draws the same panel.
func (s *Server) raw(now firmware.Stamp, v fold.View) Raw {
	return Raw{now, v, s.panel.Regions, s.panel.Lease.Milliseconds()}
}

// Update gives the newest view and the transitions that led to it, and never blocks. Before the first one the
// page says that it is starting.
func (s *Server) Update(v fold.View, ts []fold.Transition) { s.news.put(v, ts) }

// Recall gives transitions of earlier runs, the oldest first; to be called before the first Update. They are told
// like any other, but no stream brings them.
func (s *Server) Recall(ts []fold.Transition) { s.news.recall(ts) }

// Listen opens the port, so that a taken one is known early. With no address in the settings it does nothing.
func (s *Server) Listen(ctx context.Context) error {
	if s.set.Listen == "" {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", s.set.Listen)
	if err != nil {
		return unheard(s.set.Listen, err)
	}
	s.listener = l
	return nil
}

// unheard says why nothing listens on an address, and what to do.
func unheard(address string, err error) error {
	var cause syscall.Errno
	if errors.As(err, &cause) { // what stands around it tells the address again
		err = cause
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("serve the status page on %s: %w: another edgeprobed is probably running; stop it, "+
			"or set statuspage.listen in the config to another address, like 127.0.0.1:9403", address, err)
	}
	return fmt.Errorf("serve the status page on %s: %w; choose another address in statuspage.listen", address, err)
}

// Addr returns the "host:port" that Listen opened; "" before it, or when the settings name no address.
func (s *Server) Addr() string {
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Run serves until ctx ends, then closes the port and every stream. It listens first unless Listen did.
func (s *Server) Run(ctx context.Context) error {
	if s.listener == nil {
		if err := s.Listen(ctx); err != nil {
			return err
		}
	}
	if s.listener == nil {
		<-ctx.Done()
		return nil
	}
	srv := s.server(ctx)
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 500*time.Millisecond)
		defer cancel()
		if srv.Shutdown(grace) != nil {
			_ = srv.Close()
		}
	})
	err := srv.Serve(netutil.LimitListener(shallow{s.listener}, maxConns))
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve status page: %w", err)
}

// server has a bound on everything a client may do; streams lift the one on writing for themselves.
func (s *Server) server(ctx context.Context) *http.Server {
	return &http.Server{
		Handler:           s.Handler(),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// Handler returns everything that the page serves, guarded.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /api/v1/view", s.getView)
	mux.HandleFunc("GET /api/v1/raw", s.getRaw)
	mux.HandleFunc("GET /api/v1/transitions", s.getTransitions)
	mux.HandleFunc("GET /api/v1/stream", s.stream)
	mux.HandleFunc("POST /api/v1/ack", s.postAck)
	mux.HandleFunc("POST /api/v1/mute", s.postMute)
	mux.HandleFunc("GET /healthz", s.healthz)
	return guard(mux, knownHosts(s.set.Listen))
}

// teller tells times as of now.
func (s *Server) teller() teller {
	return teller{s.src.Now(), s.src.Wall, s.news.statuses(), s.panel.Lamps, s.lag}
}
