package contest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/scripts/bench/yardstick"
)

// exporter is where blackbox_exporter listens.
const exporter = "127.0.0.1:9115"

// blackbox is Debian's exporter, driven by us in the place of a scraper: evenly over each second, over kept connections,
// which is as cheap for it as can be. Over loopback, which is not the link.
func blackbox(ctx context.Context, to yardstick.Target, dir string) (*process, func(context.Context) error, error) {
	ca, err := writeCA(to, dir)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(dir, "blackbox.yml")
	text := fmt.Sprintf("modules:\n  bench:\n    prober: http\n    timeout: 5s\n    http: {preferred_ip_protocol: ip4, tls_config: {ca_file: %q}}\n", ca)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, nil, fmt.Errorf("write blackbox_exporter's config: %w", err)
	}
	p, err := launch(ctx, nil, "prometheus-blackbox-exporter", "--config.file="+file, "--web.listen-address="+exporter, "--log.level=error")
	if err != nil {
		return nil, nil, fmt.Errorf("%w; scripts/setup.sh bench installs it", err)
	}
	return p, func(ctx context.Context) error { return scrape(ctx, urls(to)) }, nil
}

// scrape asks the exporter for each of the targets once a second until ctx ends.
func scrape(ctx context.Context, targets []string) error {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: len(targets)}}
	defer client.CloseIdleConnections()
	var g errgroup.Group
	for i, target := range targets {
		ask := "http://" + exporter + "/probe?module=bench&target=" + url.QueryEscape(target)
		g.Go(func() error {
			lane := yardstick.Lane{Once: func() error { return scrapeOnce(ctx, client, ask) }}
			return paced(ctx, lane, time.Duration(i)*every/time.Duration(len(targets)), every)
		})
	}
	_ = g.Wait() // the server's count says what came of it
	return nil
}

// scrapeOnce asks for one target. An exporter that does not listen yet is no error.
func scrapeOnce(ctx context.Context, client *http.Client, ask string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ask, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil
	}
	_, err = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	return err
}
