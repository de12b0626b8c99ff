package statuspage

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxAnswer bounds what a client reads of one answer or event, in bytes.
const maxAnswer = 4 << 20

// Client reads a device's page for the command line.
type Client struct {
	base    string
	http    *http.Client
	silence time.Duration // without a word for so long a stream is dead
}

// NewClient returns a client of the page at base, like "http://127.0.0.1:9402".
func NewClient(base string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is no address of a status page; write it like http://127.0.0.1:9402", base)
	}
	t := &http.Transport{ResponseHeaderTimeout: 5 * time.Second, DisableCompression: true}
	return &Client{strings.TrimSuffix(base, "/"), &http.Client{Transport: t}, 5 * time.Second}, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// View returns the device's state.
func (c *Client) View(ctx context.Context) (View, error) {
	var v View
	return v, c.get(ctx, "/api/v1/view", &v)
}

// Raw returns the fold's own view, to render a panel from.
func (c *Client) Raw(ctx context.Context) (Raw, error) {
	var v Raw
	return v, c.get(ctx, "/api/v1/raw", &v)
}

// Transitions returns the newest n, newest first.
func (c *Client) Transitions(ctx context.Context, n int) ([]Transition, error) {
	var ts []Transition
	return ts, c.get(ctx, "/api/v1/transitions?n="+strconv.Itoa(n), &ts)
}

// Ack acknowledges the open incident of a service.
func (c *Client) Ack(ctx context.Context, service, by string) (Accepted, error) {
	var a Accepted
	return a, c.post(ctx, "/api/v1/ack", AckRequest{service, by}, &a)
}

// Mute mutes the device's buzzer, or gives it its voice again.
func (c *Client) Mute(ctx context.Context, muted bool) error {
	return c.post(ctx, "/api/v1/mute", MuteRequest{muted}, new(Accepted))
}

// Event is one event of a stream: exactly one of its pointers is set.
type Event struct {
	View       *View
	Raw        *Raw
	Transition *Transition
}

// Stream calls each with the named events ([EventView], [EventRaw], [EventTransition]; none: view and transition)
// until ctx ends, the device goes, falls silent for 5 s, or each returns an error; it returns that error, never nil.
func (c *Client) Stream(ctx context.Context, each func(Event) error, events ...string) error {
	path := "/api/v1/stream"
	if len(events) > 0 {
		path += "?events=" + url.QueryEscape(strings.Join(events, ","))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	body, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	dead := time.AfterFunc(c.silence, func() { cancel(fmt.Errorf("read stream of the status page: silent for %v", c.silence)) })
	defer dead.Stop()
	err = readEvents(body, func() { dead.Reset(c.silence) }, each)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// readEvents reads a text/event-stream of one data line per event, and calls alive for every line.
func readEvents(r io.Reader, alive func(), each func(Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxAnswer)
	name := ""
	for lines.Scan() {
		alive()
		line := lines.Text()
		if n, ok := strings.CutPrefix(line, "event: "); ok {
			name = n
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		e, known, err := decodeEvent(name, []byte(data))
		if err != nil {
			return fmt.Errorf("read event %q of the status page: %w", name, err)
		}
		if known {
			if err := each(e); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read stream of the status page: %w", err)
	}
	return errors.New("read stream of the status page: the device ended it")
}

// decodeEvent reads an event's data; a name of a later version isn't known and is passed over.
func decodeEvent(name string, data []byte) (e Event, known bool, err error) {
	switch name {
	case EventView:
		e.View = new(View)
		err = json.Unmarshal(data, e.View)
	case EventRaw:
		e.Raw = new(Raw)
		err = json.Unmarshal(data, e.Raw)
	case EventTransition:
		e.Transition = new(Transition)
		err = json.Unmarshal(data, e.Transition)
	default:
		return e, false, nil
	}
	return e, true, err
}

func (c *Client) get(ctx context.Context, path string, into any) error {
	return c.call(ctx, http.MethodGet, path, nil, into)
}

func (c *Client) post(ctx context.Context, path string, req, into any) error {
	data, err := json.Marshal(req)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path, data, into)
}

func (c *Client) call(ctx context.Context, method, path string, data []byte, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	body, err := c.do(ctx, method, path, data)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, maxAnswer)).Decode(into); err != nil {
		return fmt.Errorf("read answer of the status page: %w", err)
	}
	return nil
}

// do returns the body of a good answer; the device's own sentence is the error of any other.
func (c *Client) do(ctx context.Context, method, path string, data []byte) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if data != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask status page: %w", err)
	}
	if resp.StatusCode/100 == 2 {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	var p problem
	if json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(&p) != nil || p.Error == "" {
		p.Error = resp.Status
	}
	return nil, fmt.Errorf("ask status page: %s", p.Error)
}
