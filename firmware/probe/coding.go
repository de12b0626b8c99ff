package probe

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"

	"edgeprobe.io/firmware"
)

// coding is how a body comes that was asked for as it is (RFC 9110 section 8.4). Servers that hold a file in gzip
// alone send that all the same, and browsers read it: so it is read here, and all bounds are on what it holds. Another
// coding is not read, and a check that looks at the body then fails.
func coding(a *http.Response) string {
	switch c := strings.ToLower(strings.TrimSpace(a.Header.Get("Content-Encoding"))); c {
	case "", "identity":
		return ""
	case "gzip", "x-gzip":
		return "gzip"
	case "deflate", "br", "zstd", "compress":
		return c
	}
	return "unknown" // a server may put there what the request carried
}

// decoded is the body to be read, of at most so many bytes.
func decoded(a *http.Response, most int64) io.Reader {
	if coding(a) == "gzip" {
		return &gunzip{in: watched{Reader: a.Body, left: most + maxHead}}
	}
	return a.Body
}

// unreadable says that a body cannot be looked at, if so.
func unreadable(a *http.Response) error {
	if c := coding(a); c != "" && c != "gzip" {
		return &miss{firmware.OutcomeBodyMismatch, fmt.Sprintf("the body comes in the coding %s, though it was asked for without any", c)}
	}
	return nil
}

// watched remembers why reading ended, and how much may still be read: gzip can be without end and hold nothing.
type watched struct {
	io.Reader
	left int64
	err  error
}

// Read reads on.
func (w *watched) Read(p []byte) (int, error) {
	if w.left <= 0 {
		w.err = &miss{firmware.OutcomeTooLarge, "the body is larger in gzip than it may be without"}
		return 0, w.err
	}
	n, err := w.Reader.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	w.err = err
	return n, err
}

// gunzip reads gzip (RFC 1952), and tells what is wrong with it from what is wrong with the connection. As browsers do,
// it leaves out what follows and is no gzip.
type gunzip struct {
	in  watched
	raw *bufio.Reader
	out *gzip.Reader // nil: nothing is read yet
}

// Read reads on; a body of no bytes has ended.
func (g *gunzip) Read(p []byte) (n int, err error) {
	if g.out == nil {
		g.raw = bufio.NewReader(&g.in)
		if g.out, err = gzip.NewReader(g.raw); err != nil {
			g.out = nil
			return 0, g.blame(err)
		}
		g.out.Multistream(false)
	}
	n, err = g.out.Read(p)
	if err == io.EOF {
		err = g.another()
	}
	return n, g.blame(err)
}

// another goes on to the next member; io.EOF says that there is none.
func (g *gunzip) another() error {
	if g.out.Reset(g.raw) == nil {
		g.out.Multistream(false)
		return nil
	}
	if _, err := io.Copy(io.Discard, g.raw); err != nil {
		return err
	}
	return io.EOF
}

func (g *gunzip) blame(err error) error {
	switch {
	case err == nil, err == io.EOF:
		return err
	case g.in.err != nil && g.in.err != io.EOF:
		return g.in.err
	}
	return &miss{firmware.OutcomeBodyMismatch, "the body is not the gzip that its header says it is"}
}
