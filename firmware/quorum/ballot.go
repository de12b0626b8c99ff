package quorum

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"

	"edgeprobe.io/firmware"
)

// Ballot is a living vote with the place it comes from.
type Ballot struct {
	Vantage firmware.Vantage
	Place   Place
	Vote    firmware.Vote // Evidence is in the reader's own time
}

// region returns the target region that the ballot speaks of.
func (b Ballot) region() string {
	if r := b.Vote.Target.Region; r != "" {
		return r
	}
	return b.Place.Region
}

func (b Ballot) failing() bool               { return b.Vote.State == firmware.VoteFail }
func (b Ballot) passing() bool               { return b.Vote.State == firmware.VotePass }
func (b Ballot) pending() bool               { return b.Vote.State == firmware.VotePending }
func (b Ballot) says() bool                  { return b.Vote.State != firmware.VoteNone }
func (b Ballot) worried() bool               { return b.failing() || b.pending() }
func (b Ballot) hard() bool                  { return b.failing() && b.Vote.Impact >= firmware.ImpactMasked }
func (b Ballot) since(t firmware.Stamp) bool { return b.Vote.Evidence.After(t) }

// filter returns the ballots that keep is true for.
func filter(bs []Ballot, keep func(Ballot) bool) []Ballot {
	var out []Ballot
	for _, b := range bs {
		if keep(b) {
			out = append(out, b)
		}
	}
	return out
}

// distinct counts the different values of key.
func distinct(bs []Ballot, key func(Ballot) string) int { return len(names(bs, key)) }

// names returns the different values of key, sorted.
func names(bs []Ballot, key func(Ballot) string) []string {
	var out []string
	for _, b := range bs {
		if k := key(b); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return out
}

func device(b Ballot) string   { return b.Vantage.Device }
func site(b Ballot) string     { return b.Place.Site }
func network(b Ballot) string  { return b.Place.Network }
func observer(b Ballot) string { return b.Place.Region }
func vantage(b Ballot) string  { return b.Vantage.String() }

// independent reports whether the ballots come from enough devices, sites and networks.
func (s Settings) independent(bs []Ballot) bool {
	return distinct(bs, device) >= s.Devices && distinct(bs, site) >= s.Sites && distinct(bs, network) >= s.Networks
}

// order sorts ballots by vantage and target, so that nothing depends on the order in which they were heard.
func order(bs []Ballot) []Ballot {
	bs = slices.Clone(bs)
	slices.SortFunc(bs, func(a, b Ballot) int {
		return cmp.Or(cmp.Compare(a.Vantage.Device, b.Vantage.Device), cmp.Compare(a.Vantage.Uplink, b.Vantage.Uplink),
			cmp.Compare(a.Vote.Target.Region, b.Vote.Target.Region))
	})
	return bs
}

// digest names a set of votes, so that two devices can be seen to stand on the same ones.
func digest(bs []Ballot) string {
	h := fnv.New64a()
	for _, b := range bs {
		fmt.Fprintln(h, b.Vantage, b.Vote.Target.Region, b.Vote.State, b.Vote.Impact, b.Vote.Episode)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
