package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"edgeprobe.io/firmware/block"
	"edgeprobe.io/firmware/fold"
)

// row is one row of the journal: a stretch of events, the results apart from the others.
type row struct {
	first, last uint64
	results     []byte // a block; nil: none
	folded      []byte // see folded.go; nil: no results
	events      []byte // the others as lines of JSON, packed; nil: none
	count       int    // results in the block
}

// row packs events, at most [block.MaxResults] and at least one. A result that no block can hold goes with the
// other events: it is kept for replay, though no broker sees it. An
// event that is no JSON is lost, lest it keep all others from the card.
func (p *packer) row(events []fold.Event) (r row, err error) {
	r = row{first: events[0].Seq, last: events[len(events)-1].Seq}
	var results []fold.Event
	var numbered []block.Numbered
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	for _, e := range events {
		if body, ok := e.Body.(fold.Result); ok && block.Check(&body.Result) == nil {
			results = append(results, e)
			numbered = append(numbered, block.Numbered{Seq: e.Seq, Result: body.Result})
		} else if err := enc.Encode(e); err != nil {
			p.lost = append(p.lost, fmt.Errorf("pack event %d: %w", e.Seq, err))
		}
	}
	if len(results) > 0 {
		if r.results, err = block.Encode(nil, numbered); err != nil {
			return r, err
		}
		r.folded, r.count = appendFolded(nil, results), len(results)
	}
	if lines.Len() > 0 {
		r.events, err = p.pack(lines.Bytes())
	}
	return r, err
}

// unpack returns the row's events in order.
func (r *row) unpack() ([]fold.Event, error) {
	var results, others []fold.Event
	if r.results != nil {
		numbered, err := block.Decode(r.results)
		if err != nil {
			return nil, err
		}
		if results, err = takeFolded(r.folded, numbered); err != nil {
			return nil, err
		}
	}
	text, err := unpack(r.events)
	if err != nil {
		return nil, err
	}
	for dec := json.NewDecoder(bytes.NewReader(text)); dec.More(); {
		var e fold.Event
		if err := dec.Decode(&e); err != nil {
			return nil, err
		}
		others = append(others, e)
	}
	return mergeEvents(results, others), nil
}

// mergeEvents merges two ordered lists by Seq.
func mergeEvents(a, b []fold.Event) []fold.Event {
	all := make([]fold.Event, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].Seq < b[0].Seq {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}
