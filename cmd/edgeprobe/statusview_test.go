package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
)

func at(d time.Duration) firmware.Stamp { return firmware.Stamp{Boot: firmware.BootID{1}, Up: d} }

func TestDrawStatus(t *testing.T) {
	var b bytes.Buffer
	err := drawStatus(canvas{Writer: &b, width: 80}, fold.View{
		Device: "berlin", Site: "berlin", Region: "eu", Clock: firmware.ClockSynced, Witnesses: firmware.WitnessesSingle,
		Services: []fold.ServiceView{
			{Decision: firmware.Decision{Service: "shop", Status: firmware.StatusConfirmed, Impact: firmware.ImpactDown, Failing: 4, Voters: 4, Confirmed: at(time.Minute), Started: at(time.Second), AckedBy: "ada", Why: "status 503 in us and eu"}},
			{Decision: firmware.Decision{Service: "docs", Status: firmware.StatusUp, Voters: 4}},
		},
		Uplinks: []fold.UplinkView{
			{Name: "eth0", Network: "hansa-dsl", Sight: fold.SightSighted, Since: at(0), Good: 3, Controls: 3},
			{Name: "lte", Network: "eu-mobile", Sight: fold.SightBlind, Since: firmware.Stamp{Boot: firmware.BootID{2}, Up: 1}, Controls: 3, Why: "no control answers"},
		},
		Parts: []fold.PartView{{Name: "feed/main", OK: true}, {Name: "store", Why: "disk full", Since: at(4 * time.Minute)}},
		Peers: []fold.PeerView{{Device: "newyork"}},
	}, at(4*time.Minute))
	want := `berlin, site berlin, region eu; clock synced; hears 0 of 1 peers, too few to confirm an outage

SERVICE  STATE                                SINCE  VOTES        WHY
shop     CONFIRMED DOWN, acknowledged by ada  3 min  4 of 4 fail  status 503 in us and eu
docs     up                                          0 of 4 fail  

UPLINK  SIGHT                      SINCE             CONTROLS     NETWORK
eth0    sighted                    4 min             3 of 3 good  hansa-dsl
lte     BLIND: no control answers  before this boot  0 of 3 good  eu-mobile

PART   STATE               SINCE
store  FAILING: disk full  now
`
	if got := b.String(); err != nil || got != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
}

func TestDrawStatusUnconfigured(t *testing.T) {
	var b bytes.Buffer
	if err := drawStatus(canvas{Writer: &b}, fold.View{Device: "new", Unconfigured: true}, at(0)); err != nil || !strings.Contains(b.String(), "Nothing is watched") {
		t.Errorf("%v %q", err, b.String())
	}
}
