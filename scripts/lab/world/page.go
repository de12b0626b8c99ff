package world

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"edgeprobe.io/firmware/statuspage"
)

// pageAddress is where each device serves its page, for itself alone.
const pageAddress = "127.0.0.1:8070"

// Acknowledge acknowledges a service's open incident at a device's page, as somebody there does.
func (w *World) Acknowledge(ctx context.Context, device, service, by string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	body, err := json.Marshal(statuspage.AckRequest{Service: service, By: by})
	if err != nil {
		return err
	}
	tr := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		return w.net.Dial(ctx, device, network, address)
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+pageAddress+"/api/v1/ack", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("acknowledge %s at %s: %w", service, device, err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)); resp.StatusCode >= 300 {
		return fmt.Errorf("acknowledge %s at %s: %s: %s", service, device, resp.Status, text)
	}
	return nil
}
