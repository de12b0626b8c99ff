package agent

import (
	"edgeprobe.io/firmware/block"
	"edgeprobe.io/firmware/feed"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/wire"
)

// backlog gives the feed what the store holds, as messages.
type backlog struct{ a *Agent }

// Next returns up to max items that broker has not acknowledged.
func (b backlog) Next(broker string, class feed.Class, max int) ([]feed.Item, error) {
	if class == feed.Transitions {
		return b.transitions(broker, max)
	}
	return b.results(broker, max)
}

// Done moves the broker's cursor.
func (b backlog) Done(broker string, class feed.Class, first, last uint64) {
	c := b.a.Store.Cursor(broker, store.Class(class))
	b.a.Store.SetCursor(broker, store.Class(class), advance(c, first, last))
}

func (b backlog) transitions(broker string, max int) ([]feed.Item, error) {
	after := b.a.Store.Cursor(broker, store.Transitions).Done
	ts, err := b.a.Store.Transitions(after, max)
	if err != nil {
		return nil, err
	}
	durable := true
	if len(ts) == 0 { // nothing committed: what has waited too long for the card goes out from memory
		ts, durable = b.a.Store.Pending(after), false
	}
	var out []feed.Item
	now := b.a.Clock.Now()
	for _, t := range ts[:min(len(ts), max)] {
		payload, err := wire.EncodeEvent(b.a.Fold.Device, b.a.Store.Epoch(), t, wire.Sending{Now: now, Durable: durable}, times(b))
		if err != nil {
			return out, err
		}
		first := t.Seq
		if len(out) == 0 { // numbers that no longer exist are done with the first that does
			first = after + 1
		}
		out = append(out, feed.Item{Topic: wire.Event(b.a.Fold.Device), Payload: payload, First: first, Last: t.Seq})
	}
	return out, nil
}

// results packs the journal's blocks into messages. What is newest when a large backlog begins to be sent goes
// first, as the cursor's live range; the backlog follows.
func (b backlog) results(broker string, max int) ([]feed.Item, error) {
	c := b.a.Store.Cursor(broker, store.Results)
	if newest, _ := b.a.Store.Last(); c.From == 0 && newest > c.Done+liveBeyond {
		return b.pack(newest-1, 0, max)
	}
	live, err := b.following(c.Done, c.To, max)
	if err != nil || len(live) > 0 || c.From == 0 {
		return live, err
	}
	old, err := b.pack(c.Done, c.From, max)
	switch n := len(old); {
	case err != nil:
	case n == 0: // nothing is kept between the two
		b.Done(broker, feed.Results, c.Done+1, c.From-1)
	default:
		old[0].First = c.Done + 1
	}
	return old, err
}

// following packs what joins the live range, or what is done where there is none: numbers without results between
// them need no acknowledgement of their own.
func (b backlog) following(done, to uint64, max int) ([]feed.Item, error) {
	after := done
	if to != 0 {
		after = to
	}
	items, err := b.pack(after, 0, max)
	if len(items) > 0 {
		items[0].First = after + 1
	}
	return items, err
}

const (
	bulk       = 500  // results of the backlog in one message
	liveBeyond = 4000 // events not yet sent that make a backlog, which gives way to what is live
)

// pack returns up to max messages of whole rows after the given event, up to the row that begins at until; 0: all.
func (b backlog) pack(after, until uint64, max int) ([]feed.Item, error) {
	rows, err := b.a.Store.Blocks(after, max*4)
	if err != nil {
		return nil, err
	}
	var out []feed.Item
	var p packing
	for _, r := range rows {
		if until != 0 && r.First >= until || len(out) == max {
			break
		}
		results, err := block.Decode(r.Data)
		if err != nil {
			return nil, err
		}
		if !p.takes(results) {
			if out, err = b.seal(out, &p); err != nil {
				return nil, err
			}
		}
		p.add(r, results)
	}
	if len(out) < max {
		return b.seal(out, &p)
	}
	return out, nil
}

// packing is a message being packed: whole rows of one boot.
type packing struct {
	first, last uint64
	results     []block.Numbered
}

// takes reports whether more results of the same boot fit.
func (p *packing) takes(more []block.Numbered) bool {
	return len(p.results) == 0 || len(more) == 0 ||
		len(p.results)+len(more) <= bulk && p.results[0].Result.Start.Boot == more[0].Result.Start.Boot
}

func (p *packing) add(r store.Row, results []block.Numbered) {
	if len(p.results) == 0 {
		p.first = r.First
	}
	p.last, p.results = r.Last, append(p.results, results...)
}

// seal appends what is packed as a message and begins anew.
func (b backlog) seal(out []feed.Item, p *packing) ([]feed.Item, error) {
	if len(p.results) == 0 {
		return out, nil
	}
	data, err := block.Encode(nil, p.results)
	if err != nil {
		return out, err
	}
	clock := b.a.bootClock(p.results[0].Result.Start.Boot)
	payload, err := wire.EncodeResults(wire.ResultsMessage{Epoch: b.a.Store.Epoch(), Clock: clock, Block: data})
	item := feed.Item{Topic: wire.Results(b.a.Fold.Device), Payload: payload, First: p.first, Last: p.last}
	*p = packing{}
	return append(out, item), err
}

// advance returns the cursor after first to last were acknowledged. What joins Done or the live range grows it;
// the two become one when they meet.
func advance(c store.Cursor, first, last uint64) store.Cursor {
	switch {
	case first <= c.Done+1:
		c.Done = max(c.Done, last)
	case c.From == 0:
		c.From, c.To = first, last
	case first <= c.To+1:
		c.To = max(c.To, last)
	}
	if c.From != 0 && c.Done+1 >= c.From {
		c = store.Cursor{Done: max(c.Done, c.To)}
	}
	return c
}
