package stamina

import (
	"errors"
	"fmt"
	"os"

	"edgeprobe.io/scripts/chart"
)

// draw writes what the device used over its results as a picture.
func draw(file string, samples []Sample) error {
	line := func(title, unit string, part float64, value func(Sample) float64) chart.Panel {
		p := chart.Panel{Title: title, X: "results", Y: unit, Series: []chart.Series{{}}}
		for _, s := range samples {
			p.Series[0].Points = append(p.Series[0].Points, chart.Point{X: float64(s.Results), Y: value(s) / part})
		}
		return p
	}
	const mib = 1 << 20
	out, err := os.Create(file)
	if err != nil {
		return fmt.Errorf("draw samples: %w", err)
	}
	err = chart.SVG(out, []chart.Panel{
		line("resident memory", "MiB", mib, func(s Sample) float64 { return float64(s.Resident) }),
		line("heap in use", "MiB", mib, func(s Sample) float64 { return float64(s.Heap) }),
		line("goroutines", "", 1, func(s Sample) float64 { return float64(s.Goroutines) }),
		line("open files and sockets", "", 1, func(s Sample) float64 { return float64(s.Handles) }),
		line("written to the card", "MiB", mib, func(s Sample) float64 { return float64(s.Written) }),
		line("journal and its log", "MiB", mib, func(s Sample) float64 { return float64(s.Store + s.WAL) }),
	})
	return errors.Join(err, out.Close())
}
