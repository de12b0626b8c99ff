package stamina

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// ErrGrows is for a device that does not stay as it is, or did not do its work.
var ErrGrows = errors.New("something grows, or is not there")

// day is how many results a day brings: 40 checks over 2 uplinks each 10 s.
const day = 691_200

// Options are what the command line says.
type Options struct {
	Work
	JSON bool   // figures and samples as JSON instead of the table
	SVG  string // a drawing of the samples is written there; "": none
}

func parse(args []string, errs io.Writer) (o Options, err error) {
	f := flag.NewFlagSet("soak", flag.ContinueOnError)
	f.SetOutput(errs)
	f.Uint64Var(&o.Results, "results", day, "until the device has so `many` results")
	f.Float64Var(&o.Rate, "rate", 900, "results to ask for per second")
	f.DurationVar(&o.Within, "within", 40*time.Minute, "end after this `time` at the latest")
	f.DurationVar(&o.Look, "look", 3*time.Second, "`time` between two samples")
	f.BoolVar(&o.JSON, "json", false, "figures and samples as JSON")
	f.StringVar(&o.SVG, "svg", "", "draw the samples into this `file`")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 || o.Rate <= 0 || o.Results == 0 || o.Look <= 0 {
		return o, errors.New("nothing but options is expected, and each of them more than 0; see -h")
	}
	return o, nil
}

// Main is the command: it runs the server and the device as processes of their own and says how the device did.
func Main(ctx context.Context, args []string, out, errs io.Writer) error {
	o, err := parse(args, errs)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if o.Dir, err = os.MkdirTemp("", "edgeprobe-soak-"); err != nil {
		return fmt.Errorf("make soak folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(o.Dir) }()
	samples, err := o.Soak(ctx, func(s Sample) { progress(errs, o.Work, s) })
	if err != nil {
		return err
	}
	report := Judge(o.Work, samples)
	if o.SVG != "" {
		if err := draw(o.SVG, samples); err != nil {
			return err
		}
	}
	if o.JSON {
		err = json.NewEncoder(out).Encode(report)
	} else {
		err = report.Print(out)
	}
	if err == nil && !report.OK {
		err = ErrGrows
	}
	return err
}
