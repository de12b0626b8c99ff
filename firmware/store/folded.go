package store

import (
	"errors"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/block"
	"edgeprobe.io/firmware/fold"
)

// A block says when each run started, not when its result reached the fold. That stands beside it: a byte, 1 when
// a result reached the fold in another boot than it started in (then the boots follow), and a column of
// microseconds from the end of each run.

func appendFolded(dst []byte, results []fold.Event) []byte {
	lags := make([]int64, len(results))
	other := byte(0)
	for i, e := range results {
		r := e.Body.(fold.Result)
		lags[i] = (e.At.Up - r.Start.Up - r.Took).Microseconds()
		if e.At.Boot != r.Start.Boot {
			other = 1
		}
	}
	dst = append(dst, other)
	for _, e := range results {
		if other == 1 {
			dst = append(dst, e.At.Boot[:]...)
		}
	}
	return block.AppendNumbers(dst, lags)
}

var errFolded = errors.New("the times beside a block do not fit it")

// takeFolded makes events of the results of a block.
func takeFolded(data []byte, results []block.Numbered) ([]fold.Event, error) {
	n := len(results)
	if len(data) == 0 || data[0] > 1 || data[0] == 1 && len(data) < 1+16*n {
		return nil, errFolded
	}
	boots, lags := data[1:], make([]int64, n)
	if data[0] == 1 {
		data = data[16*n:]
	}
	rest, err := block.TakeNumbers(data[1:], lags)
	if err != nil || len(rest) > 0 {
		return nil, errFolded
	}
	same := len(boots) == len(data)-1
	events := make([]fold.Event, n)
	for i, r := range results {
		at := r.Result.Start.Add(r.Result.Took + time.Duration(lags[i])*time.Microsecond)
		if !same {
			at.Boot = firmware.BootID(boots[16*i:])
		}
		events[i] = fold.Event{Seq: r.Seq, At: at, Body: fold.Result{Result: r.Result}}
	}
	return events, nil
}
