package contest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"edgeprobe.io/scripts/bench/yardstick"
)

// every is the interval of each target.
const every = time.Second

// Contestant is a prober that takes part.
type Contestant struct {
	Name  string
	Peer  bool // somebody else's
	Note  string
	start func(ctx context.Context, to yardstick.Target, dir string) (p *process, drive func(context.Context) error, err error)
	judge func(ctx context.Context, dir string) error // did it do its work; nil: the server's count is enough
}

// The names that the report looks for.
const (
	base      = "bare net/http, full, back to back"
	bareFull  = "bare net/http, full"
	oursFull  = "edgeprobed, every run full"
	oursMixed = "edgeprobed, resuming: half the runs"
	headFull  = "edgeprobed, every run full, HEAD"
	headMixed = "edgeprobed, resuming, HEAD"
	oursKept  = "edgeprobed, keeping: half the runs"
)

// Contestants returns everybody, the base first. daemon and telegraf are paths of binaries.
func Contestants(daemon, telegraf string) []Contestant {
	return []Contestant{
		bareLoop(base, yardstick.Full, 0),
		bareLoop(bareFull, yardstick.Full, every),
		bareLoop("bare net/http, resumed", yardstick.Resumed, every),
		bareLoop("bare net/http, kept", yardstick.Kept, every),
		{Name: "telegraf 1.37.2", Peer: true, Note: "all 40 in one burst; stores nothing", start: telegrafs(telegraf)},
		{Name: "blackbox_exporter", Peer: true, Note: "the exporter alone, scraped by the bench; stores nothing", start: blackbox},
		edgeprobed(oursFull, daemon, yardstick.Device{Full: true}),
		edgeprobed(oursMixed, daemon, yardstick.Device{}),
		edgeprobed(headFull, daemon, yardstick.Device{Full: true, Keys: "method: HEAD"}),
		edgeprobed(headMixed, daemon, yardstick.Device{Keys: "method: HEAD"}),
		edgeprobed(oursKept, daemon, yardstick.Device{Keys: "keep: true"}),
	}
}

// bareLoop is the bare loop as a process: this program again, with the argument loop, which must call [Loop].
func bareLoop(name string, mode yardstick.Mode, every time.Duration) Contestant {
	note := "stores nothing"
	start := func(ctx context.Context, to yardstick.Target, _ string) (*process, func(context.Context) error, error) {
		line, err := json.Marshal(work{to, mode, every})
		if err != nil {
			return nil, nil, err
		}
		p, err := launch(ctx, bytes.NewReader(append(line, '\n')), "/proc/self/exe", "loop")
		return p, nil, err
	}
	return Contestant{Name: name, Note: note, start: start}
}

// edgeprobed is the daemon on one uplink, with its store and its page, without a broker.
func edgeprobed(name, daemon string, dev yardstick.Device) Contestant {
	dev.Sources, dev.Interval = Sources()[:1], every
	const page = "127.0.0.1:9402" // the network is ours alone
	start := func(ctx context.Context, to yardstick.Target, dir string) (*process, func(context.Context) error, error) {
		dev := dev
		dev.To = to
		file, err := dev.Write(dir, page)
		if err != nil {
			return nil, nil, err
		}
		p, err := launch(ctx, nil, daemon, "--config", file)
		return p, nil, err
	}
	judge := func(ctx context.Context, _ string) error { return dev.Measured(ctx, "http://"+page) }
	return Contestant{Name: name, Note: "stored, judged and shown", start: start, judge: judge}
}

// telegrafs is telegraf with its http_response input, which asks all its URLs on one tick.
func telegrafs(binary string) func(context.Context, yardstick.Target, string) (*process, func(context.Context) error, error) {
	return func(ctx context.Context, to yardstick.Target, dir string) (*process, func(context.Context) error, error) {
		ca, err := writeCA(to, dir)
		if err != nil {
			return nil, nil, err
		}
		file := filepath.Join(dir, "telegraf.conf")
		text := fmt.Sprintf("[agent]\n  interval = %q\n  flush_interval = \"10s\"\n  quiet = true\n[[outputs.discard]]\n"+
			"[[inputs.http_response]]\n  tls_ca = %q\n  urls = [%s]\n", every, ca, `"`+strings.Join(urls(to), `", "`)+`"`)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, nil, fmt.Errorf("write telegraf's config: %w", err)
		}
		p, err := launch(ctx, nil, binary, "--config", file)
		return p, nil, err
	}
}

// urls are the targets.
func urls(to yardstick.Target) (out []string) {
	for i := range yardstick.Checks {
		out = append(out, fmt.Sprintf("https://%s/%d", to.Address, i))
	}
	return out
}

func writeCA(to yardstick.Target, dir string) (string, error) {
	file := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(file, []byte(to.CA), 0o600); err != nil {
		return "", fmt.Errorf("write authority: %w", err)
	}
	return file, nil
}
