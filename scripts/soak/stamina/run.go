package stamina

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// gcPercent is what edgeprobed sets for itself.
const gcPercent = "40"

// Soak runs the server and the device, this program again, and returns what the device said of itself. Each sample is
// told at once, too.
func (w Work) Soak(ctx context.Context, told func(Sample)) (samples []Sample, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	server, lines, err := again(ctx, "serve")
	if err != nil {
		return nil, err
	}
	defer func() { stop(); _ = server.Wait() }()
	if err := lines.Decode(&w.Targets); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	text, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	device, lines, err := again(ctx, "device", string(text))
	if err != nil {
		return nil, err
	}
	for {
		var s Sample
		if err = lines.Decode(&s); err != nil {
			break
		}
		samples = append(samples, s)
		told(s)
	}
	if !errors.Is(err, io.EOF) {
		stop()
	}
	if ended := device.Wait(); ended != nil {
		return nil, fmt.Errorf("run device: %w", ended)
	}
	return samples, ctx.Err()
}

// again starts this program in another role, which ends with ctx and with this process.
func again(ctx context.Context, args ...string) (*exec.Cmd, *json.Decoder, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), "GOGC="+gcPercent)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	return cmd, json.NewDecoder(bufio.NewReader(out)), nil
}
