package main

import (
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"edgeprobe.io/firmware/panel/screen"
)

// noteWriter makes a note below the drawn panel of every line that is written: written past the screen, a line would
// tear the panel.
type noteWriter struct{ face *screen.Screen }

// Write makes a note of each line of p; it never fails.
func (n noteWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		n.face.Note(strings.TrimRight(line, "\n"))
	}
	return len(p), nil
}

// logger writes to errs, or to face where its panel is drawn on the terminal that errs is as well. There only what is
// not well is told: the panel says the rest.
func logger(errs io.Writer, face *screen.Screen, drawn bool) *slog.Logger {
	if f, ok := errs.(*os.File); drawn && ok && screen.Detect(f).Terminal {
		return slog.New(slog.NewTextHandler(noteWriter{face}, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: hour}))
	}
	return slog.New(slog.NewTextHandler(errs, nil))
}

// hour shortens the time of a line that is read as it comes.
func hour(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		return slog.String(a.Key, a.Value.Time().UTC().Format(time.TimeOnly))
	}
	return a
}

// pageNote says where the status page that listens on an address is opened on this machine.
func pageNote(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "no status page is configured; Ctrl-C ends it"
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "its page is http://" + net.JoinHostPort(host, port) + "; Ctrl-C ends it"
}
