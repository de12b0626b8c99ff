// Command edgeprobed is the daemon: it reads a config, opens the board and runs the agent until it is told to
// stop.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/panel/screen"
)

// version is stamped at build time.
var version = "dev"

// gcPercent trades a little CPU for memory, which the appliance has less of: the heap is a few megabytes, and grows
// by this much of itself before it is swept. GOGC in the environment wins.
const gcPercent = 40

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are what the command line says.
type options struct {
	config  string
	plain   bool
	version bool
}

func parse(args []string, errs io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("edgeprobed", flag.ContinueOnError)
	f.SetOutput(io.Discard) // what is wrong is said once, by run
	f.StringVar(&o.config, "config", "/etc/edgeprobe/edgeprobe.yaml", "the config `file`")
	f.BoolVar(&o.plain, "plain", false, "log lines only, no panel even on a terminal")
	f.BoolVar(&o.version, "version", false, "print the version and stop")
	f.Usage = func() {} // only who asks for help gets it
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(errs, "edgeprobed watches services from this device until it is told to stop.\n\n"+
			"  edgeprobed --config my.yaml\n\nA config to start from: edgeprobe config init my.yaml\n\n")
		f.SetOutput(errs)
		f.PrintDefaults()
		return o, err
	} else if err != nil {
		return o, fmt.Errorf("%w; see edgeprobed --help", err)
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q: the config goes behind --config", f.Arg(0))
	}
	return o, nil
}

// run is the whole program: 0 after a clean stop, 1 when it failed, 2 for a wrong command line.
func run(ctx context.Context, args []string, out *os.File, errs io.Writer) int {
	o, err := parse(args, errs)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errs, "edgeprobed:", err)
		return 2
	case o.version:
		fmt.Fprintln(out, "edgeprobed", version)
		return 0
	}
	cfg, err := config.Load(o.config)
	if err != nil {
		fmt.Fprintln(errs, err)
		return 1
	}
	look := screen.Detect(out)
	look.Terminal = look.Terminal && !o.plain
	face := screen.New(out, look)
	log := logger(errs, face, look.Terminal)
	for _, w := range cfg.Warnings {
		log.Warn(w)
	}
	if err := serve(ctx, cfg, log, face, look.Terminal); err != nil {
		fmt.Fprintln(errs, "edgeprobed:", err)
		return 1
	}
	return 0
}
