package probe

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"golang.org/x/net/http2"

	"edgeprobe.io/firmware"
)

// head reads up to the final answer's header.
func (t *talk2) head(method string) (*http.Response, error) {
	for range maxInfo + 1 {
		f, err := t.headers()
		if err != nil {
			return nil, err
		}
		status, err := strconv.Atoi(f.PseudoValue("status"))
		if err != nil || status < 100 || status > 999 || f.Truncated || status == http.StatusSwitchingProtocols {
			return nil, &miss{firmware.OutcomeHTTPProtocol, "the answer's header is too long or has no possible status"}
		}
		if status < 200 {
			continue
		}
		answer := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(t), Close: true}
		for _, field := range f.RegularFields() {
			answer.Header.Add(field.Name, field.Value)
		}
		n, err := strconv.ParseInt(answer.Header.Get("Content-Length"), 10, 64)
		if err == nil && n >= 0 && method != http.MethodHead && status != http.StatusNotModified { // those say it of what they leave out (RFC 9110 section 8.6)
			t.left = n
		}
		return answer, nil
	}
	return nil, errHead()
}

// headers reads up to the next HEADERS frame; data before it belong to no answer.
func (t *talk2) headers() (*http2.MetaHeadersFrame, error) {
	for {
		f, err := t.next()
		if err != nil {
			return nil, err
		}
		if m, ok := f.(*http2.MetaHeadersFrame); ok && m.StreamID == onlyStream {
			t.end = m.StreamEnded()
			return m, nil
		}
		if f.Header().StreamID == onlyStream || t.end {
			return nil, &miss{firmware.OutcomeHTTPProtocol, "the answer does not begin with a header"}
		}
	}
}

// Read reads the answer's body.
func (t *talk2) Read(p []byte) (int, error) {
	for len(t.data) == 0 {
		if t.end {
			if t.left > 0 {
				return 0, io.ErrUnexpectedEOF
			}
			return 0, io.EOF
		}
		f, err := t.next()
		if err != nil {
			return 0, err
		}
		switch f := f.(type) {
		case *http2.DataFrame:
			t.data, t.end = f.Data(), f.StreamEnded()
		case *http2.MetaHeadersFrame: // trailers, after which nothing comes (RFC 9113 section 8.1)
			if t.end = f.StreamEnded(); !t.end {
				return 0, ofHTTP2(http2.ConnectionError(http2.ErrCodeProtocol))
			}
		}
	}
	n := copy(p, t.data)
	t.data = t.data[n:]
	if t.left >= 0 {
		t.left = max(0, t.left-int64(n))
	}
	return n, nil
}

// next returns the next frame that belongs to the answer, after doing what the others ask for.
func (t *talk2) next() (http2.Frame, error) {
	for t.idle < maxIdle {
		f, err := t.framer.ReadFrame()
		if err != nil {
			return nil, ofHTTP2(err)
		}
		ours, err := t.obey(f)
		if err != nil {
			return nil, err
		}
		if ours {
			return f, nil
		}
		t.idle += frameHead + int64(f.Header().Length)
		t.send()
		if err := t.flush(); err != nil {
			return nil, err
		}
	}
	return nil, &miss{firmware.OutcomeHTTPProtocol, fmt.Sprintf("%d KiB of frames that are no answer", maxIdle>>10)}
}

// ofHTTP2 names what is wrong with the frames; everything else is the connection's.
func ofHTTP2(err error) error {
	_, connection := errors.AsType[http2.ConnectionError](err)
	_, stream := errors.AsType[http2.StreamError](err)
	if connection || stream || errors.Is(err, http2.ErrFrameTooLarge) {
		return &miss{firmware.OutcomeHTTPProtocol, "the answer is not well-formed HTTP/2"}
	}
	if err == io.EOF { // between two frames: as much of an end as within one
		return io.ErrUnexpectedEOF
	}
	return err
}

// obey reports whether the frame is a part of the answer.
func (t *talk2) obey(f http2.Frame) (ours bool, err error) {
	switch f := f.(type) {
	case *http2.DataFrame:
		return t.takes(f)
	case *http2.MetaHeadersFrame:
		return f.StreamID == onlyStream, nil
	case *http2.SettingsFrame:
		return false, t.settings(f)
	case *http2.PingFrame:
		if !f.IsAck() {
			t.framer.WritePing(true, f.Data)
		}
	case *http2.WindowUpdateFrame:
		return false, t.allow(f)
	case *http2.RSTStreamFrame:
		if f.StreamID == onlyStream {
			return false, &miss{firmware.OutcomeReset, fmt.Sprintf("the server reset the request (%v)", f.ErrCode)}
		}
	case *http2.GoAwayFrame:
		if f.ErrCode != http2.ErrCodeNo || f.LastStreamID < onlyStream {
			return false, &miss{firmware.OutcomeReset, fmt.Sprintf("the server ended the connection (GOAWAY, %v)", f.ErrCode)}
		}
	case *http2.PushPromiseFrame:
		return false, ofHTTP2(http2.ConnectionError(http2.ErrCodeProtocol))
	}
	return false, nil
}

// takes reports whether data are the answer's. Padding counts as they do: the peer may fill the window, and no more
// (RFC 9113 section 6.9.1).
func (t *talk2) takes(f *http2.DataFrame) (ours bool, err error) {
	if f.StreamID != onlyStream {
		return false, nil
	}
	if t.window -= int64(f.Length); t.window < 0 {
		return false, ofHTTP2(http2.ConnectionError(http2.ErrCodeFlowControl))
	}
	return len(f.Data()) > 0 || f.StreamEnded(), nil
}

func (t *talk2) settings(f *http2.SettingsFrame) error {
	if f.IsAck() {
		return nil
	}
	if v, given := f.Value(http2.SettingInitialWindowSize); given {
		if v > 1<<31-1 {
			return ofHTTP2(http2.ConnectionError(http2.ErrCodeFlowControl))
		}
		t.stream += int64(v) - t.first
		t.first = int64(v)
	}
	return t.framer.WriteSettingsAck()
}

func (t *talk2) allow(f *http2.WindowUpdateFrame) error {
	of := &t.whole
	if f.StreamID == onlyStream {
		of = &t.stream
	}
	if *of += int64(f.Increment); *of > 1<<31-1 {
		return ofHTTP2(http2.ConnectionError(http2.ErrCodeFlowControl))
	}
	return nil
}
