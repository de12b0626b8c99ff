package demo

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Customer uploads something long through one region's edge, part after part, and resumes where it broke off
// when it can. It is what the outage did to people, not how edgeprobe sees it.
type Customer struct {
	base   string
	client *http.Client
	say    func(string)

	stored, broken, lost atomic.Int64
}

// The pace of an upload: a part takes about a second, so that one is always under way.
const (
	partPieces = 10
	pieceBytes = 4 << 10
	piecePause = 100 * time.Millisecond
)

// newCustomer makes a customer that is given the edge at address, whatever name it asks for; say is told what
// happens to it.
func newCustomer(base, address string, conf *tls.Config, say func(string)) *Customer {
	dialer := &net.Dialer{Timeout: 2 * time.Second}
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, address)
	}
	return &Customer{base: base, say: say, client: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{DialContext: dial, TLSClientConfig: conf},
	}}
}

// Counts returns how many parts arrived, how many broke off, and how many uploads could not be resumed.
func (c *Customer) Counts() (stored, broken, lost int64) {
	return c.stored.Load(), c.broken.Load(), c.lost.Load()
}

// run uploads until ctx ends.
func (c *Customer) run(ctx context.Context) error {
	defer c.client.CloseIdleConnections()
	for ctx.Err() == nil {
		id := rand.Text()
		if err := c.upload(ctx, id); err != nil && ctx.Err() == nil {
			c.lost.Add(1)
			c.say(fmt.Sprintf("a customer's upload is lost: %v", err))
			c.recovered(ctx)
		}
	}
	return nil
}

// upload stores all parts of one upload, resuming once per part.
func (c *Customer) upload(ctx context.Context, id string) error {
	for n := 1; n <= maxParts; n++ {
		err := c.put(ctx, id, n)
		if err != nil && ctx.Err() == nil {
			c.broken.Add(1)
			c.say(fmt.Sprintf("a customer's upload broke off at part %d: %v", n, err))
			pause(ctx, piecePause)
			err = c.resume(ctx, id)
			n--
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put stores one part, at the pace of a thin line.
func (c *Customer) put(ctx context.Context, id string, n int) error {
	body := io.LimitReader(&drip{ctx: ctx}, partPieces*pieceBytes)
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, fmt.Sprintf("%s/uploads/%s/parts/%d", c.base, id, n), body)
	if err != nil {
		return fmt.Errorf("make a part: %w", err)
	}
	if err := c.do(req); err != nil {
		return err
	}
	c.stored.Add(1)
	return nil
}

// resume asks what has arrived; an answer means that the upload can go on.
func (c *Customer) resume(ctx context.Context, id string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/uploads/"+id, nil)
	if err != nil {
		return fmt.Errorf("ask for parts: %w", err)
	}
	if err := c.do(req); err != nil {
		return fmt.Errorf("cannot be resumed: %w", err)
	}
	return nil
}

// recovered waits until the API answers again.
func (c *Customer) recovered(ctx context.Context) {
	for pause(ctx, time.Second) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/api/session", nil)
		if err == nil && c.do(req) == nil {
			return
		}
	}
}

func (c *Customer) do(req *http.Request) error {
	resp, err := c.client.Do(req)
	if err != nil {
		return errors.Unwrap(err) // without the URL: it says nothing new
	}
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, maxBody))
	_ = resp.Body.Close()
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("the answer is %s", resp.Status)
	}
	return err
}

// drip gives a piece of zeros after each pause, and fails when its context ends.
type drip struct{ ctx context.Context }

// Read waits out a pause, then gives a piece; p is left as it is, new buffers hold zeros.
func (d *drip) Read(p []byte) (int, error) {
	if !pause(d.ctx, piecePause) {
		return 0, d.ctx.Err()
	}
	return min(len(p), pieceBytes), nil
}

// pause waits for d and reports whether ctx still lives.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
