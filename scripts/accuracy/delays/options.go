package delays

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"edgeprobe.io/firmware/panel/screen"
)

// ErrFar is for phases that are measured too far from what was injected.
var ErrFar = errors.New("what is measured is not what was injected")

// Options are what the command line says.
type Options struct {
	Work
	JSON bool   // lines and samples as JSON instead of the table
	SVG  string // a drawing of the errors is written there; "": none
}

func parseArgs(args []string, errs io.Writer) (o Options, err error) {
	f := flag.NewFlagSet("accuracy", flag.ContinueOnError)
	f.SetOutput(errs)
	f.DurationVar(&o.Delay.Least, "least", time.Millisecond, "the shortest `delay` of a phase")
	f.DurationVar(&o.Delay.Most, "most", 2*time.Second, "the longest `delay`")
	f.DurationVar(&o.Alone, "alone", 3*time.Minute, "measure one check alone for this `time`")
	f.DurationVar(&o.Load, "load", time.Minute, "and each of the loads for this `time`")
	f.BoolVar(&o.JSON, "json", false, "lines and samples as JSON")
	f.StringVar(&o.SVG, "svg", "", "draw the errors into this `file`")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 || o.Delay.Least <= 0 || o.Delay.Most < o.Delay.Least || min(o.Alone, o.Load) <= ending {
		return o, errors.New("nothing but options is expected, the longest delay not below the shortest, and times of some seconds; see -h")
	}
	o.Loads = Loads()
	return o, nil
}

// Part is one of the processes that [Main] starts: "device" or "far", with what it is to do as JSON.
func Part(ctx context.Context, name, text string, out io.Writer, log *slog.Logger) error {
	if name == "far" {
		var delay Range
		if err := json.Unmarshal([]byte(text), &delay); err != nil {
			return fmt.Errorf("read the far end's delays: %w", err)
		}
		return Serve(ctx, delay, out)
	}
	var w Work
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return fmt.Errorf("read the device's work: %w", err)
	}
	return w.Run(ctx, out, log)
}

// Main is the command: it measures all loads and says what came of it.
func Main(ctx context.Context, args []string, out, errs io.Writer) error {
	o, err := parseArgs(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	var loads []Load
	o.progress(errs, len(loads))
	err = o.Measure(ctx, func(l Load) { loads = append(loads, l); o.progress(errs, len(loads)) })
	if err != nil {
		return err
	}
	if o.SVG != "" {
		if err := draw(o.SVG, loads); err != nil {
			return err
		}
	}
	if o.JSON {
		err = json.NewEncoder(out).Encode(loads)
	} else {
		err = Print(out, o.Delay, loads)
	}
	if err == nil && !Good(loads) {
		err = ErrFar
	}
	return err
}

// progress says on terminals which load is being measured.
func (o Options) progress(errs io.Writer, done int) {
	file, is := errs.(*os.File)
	if !is || !screen.Detect(file).Terminal {
		return
	}
	fmt.Fprint(errs, "\r\x1b[K")
	if done < len(o.Loads) {
		long := o.Load
		if done == 0 {
			long = o.Alone
		}
		fmt.Fprintf(errs, "measuring %s (%d of %d), %s", o.Loads[done].Name, done+1, len(o.Loads), long)
	}
}
