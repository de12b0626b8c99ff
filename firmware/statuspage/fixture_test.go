package statuspage_test

import (
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/statuspage"
)

var (
	boot  = firmware.BootID{7, 0xAB}
	epoch = time.Date(2025, 1, 22, 2, 0, 0, 0, time.UTC) // wall time of the boot instant
	now   = up(time.Hour)
)

func up(d time.Duration) firmware.Stamp { return firmware.Stamp{Boot: boot, Up: d} }

// hands is a clock that stands still at now.
type hands struct{}

func (hands) Now() firmware.Stamp { return now }
func (hands) Wall(s firmware.Stamp) time.Time {
	if s.Boot != boot {
		return time.Time{}
	}
	return epoch.Add(s.Up)
}

// orders collects commands.
type orders struct {
	mu  sync.Mutex
	all []fold.Command
	err error
}

func (o *orders) give(c fold.Command) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, c)
	return o.err
}

// serve returns a page with v on it, its address, and the commands that it was given.
func serve(t testing.TB, v *fold.View, ts ...fold.Transition) (*statuspage.Server, *httptest.Server, *orders) {
	t.Helper()
	o := new(orders)
	s := statuspage.New(statuspage.Defaults(), hands{}, o.give, slog.New(slog.DiscardHandler))
	if v != nil {
		s.Update(*v, ts)
	}
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return s, h, o
}

func client(t testing.TB, base string) *statuspage.Client {
	t.Helper()
	c, err := statuspage.NewClient(base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// service is one of the services of a view: why goes wherever words from afar go.
func service(name string, status firmware.Status, impact firmware.Impact, why string) fold.ServiceView {
	state := firmware.VotePass
	d := firmware.Decision{
		Service: name, Status: status, Impact: impact, Witnesses: firmware.WitnessesEnough, Voters: 2, FullView: true, Why: why,
		Regions: []firmware.RegionDecision{{Region: "eu", Status: status, Impact: impact}, {Region: "us", Status: status, Impact: impact}},
	}
	if status == firmware.StatusConfirmed {
		state = firmware.VoteFail
		d.Failing, d.Started, d.Confirmed = 2, now.Add(-721*time.Second), now.Add(-12*time.Minute)
		d.Incident = firmware.ID{Device: "berlin-1", Epoch: 0x33AA, Sequence: 812}
		d.Aliases = []firmware.ID{{Device: "newyork-1", Epoch: 5, Sequence: 9}}
		d.Scope = firmware.Scope{Targets: []string{"eu", "us"}, Observers: []string{"eu", "us"}}
	}
	vote := firmware.Vote{
		Target: firmware.Target{Service: name}, Uplink: "eth0", State: state, Impact: impact, Since: now.Add(-12 * time.Minute),
		Evidence: now.Add(-time.Second), ValidFor: 25 * time.Second, Why: why,
	}
	return fold.ServiceView{
		Decision: d, Until: now.Add(24 * time.Second), Votes: []firmware.Vote{vote}, Peers: []fold.PeerVote{{Device: "newyork-1", Vote: vote}},
		Checks: []fold.CheckView{{
			Name: "home", Uplink: "eth0", Role: firmware.RoleEdge, Outcome: firmware.OutcomeHTTPStatus, Status: 503,
			Start: now.Add(-time.Second), Took: 43210 * time.Microsecond, Detail: why, Expires: 1767225600,
			Cache: firmware.CacheEvidence{State: firmware.CacheHit, Aged: true, Age: time.Minute},
		}},
	}
}

func view(services ...fold.ServiceView) *fold.View {
	return &fold.View{
		At: now, Device: "berlin-1", Site: "berlin", Region: "eu", Clock: firmware.ClockSynced,
		Witnesses: firmware.WitnessesEnough, Services: services,
		Uplinks: []fold.UplinkView{
			{Name: "eth0", Network: "hansa-dsl", Sight: fold.SightSighted, Since: now.Add(-9 * time.Minute), Good: 3, Controls: 3, Until: now.Add(time.Minute)},
			{Name: "wwan0", Network: "eu-mobile", Metered: true, Sight: fold.SightBlind, Since: now.Add(-3 * time.Minute), Good: 1, Controls: 3, Why: "1 of 3 controls answers"},
		},
		Parts: []fold.PartView{{Name: "feed/main", OK: true, Since: now.Add(-time.Minute)}, {Name: "store", OK: true}},
		Peers: []fold.PeerView{{Device: "newyork-1", Site: "newyork", Alive: true, Heard: now.Add(-4 * time.Second)}},
	}
}

func transition(seq uint64, to string) fold.Transition {
	return fold.Transition{Seq: seq, At: now.Add(-time.Duration(seq) * time.Second), Kind: "decision", Subject: "shop", From: "up", To: to}
}
