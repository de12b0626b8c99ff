package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/fold"
	"edgeprobe.io/firmware/statuspage"
)

// office is the source of a page's time: four minutes after a boot at noon.
type office struct{}

func (office) Now() firmware.Stamp             { return at(4 * time.Minute) }
func (office) Wall(s firmware.Stamp) time.Time { return noon.Add(s.Up) }
func at(d time.Duration) firmware.Stamp        { return firmware.Stamp{Boot: firmware.BootID{1}, Up: d} }
func refuse(fold.Command) error                { return errors.New("nothing to command here") }
func quiet() *slog.Logger                      { return slog.New(slog.DiscardHandler) }
func (b *shared) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}
func (b *shared) String() string { b.mu.Lock(); defer b.mu.Unlock(); return b.text.String() }
func view(service firmware.Decision) fold.View {
	return fold.View{
		At: at(4 * time.Minute), Device: "berlin", Site: "berlin", Region: "eu", Clock: firmware.ClockSynced, Witnesses: firmware.WitnessesSingle,
		Services: []fold.ServiceView{
			{Decision: service, Until: at(5 * time.Minute)},
			{Decision: firmware.Decision{Service: "docs", Status: firmware.StatusUp, Voters: 4}, Until: at(5 * time.Minute)},
		},
		Uplinks: []fold.UplinkView{
			{Name: "eth0", Network: "hansa-dsl", Sight: fold.SightSighted, Since: at(1), Until: at(5 * time.Minute), Good: 3, Controls: 3},
			{Name: "lte", Network: "eu-mobile", Sight: fold.SightBlind, Since: at(3 * time.Minute), Controls: 3, Why: "no control answers"},
		},
		Parts: []fold.PartView{{Name: "feed/main", OK: true}, {Name: "store", Why: "disk full", Since: at(4 * time.Minute)}},
		Peers: []fold.PeerView{{Device: "newyork"}},
	}
}

func down() firmware.Decision {
	return firmware.Decision{
		Service: "shop", Status: firmware.StatusConfirmed, Impact: firmware.ImpactDown, Failing: 4, Voters: 4, Confirmed: at(time.Minute),
		Started: at(time.Second), AckedBy: "ada", Why: "status 503 in us and eu\x1b[2J", Regions: []firmware.RegionDecision{{Region: "eu", Status: firmware.StatusConfirmed, Impact: firmware.ImpactDown}},
	}
}

// shared is a buffer that a command writes to while the test reads.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// page serves a view until the test ends.
func page(t *testing.T, v fold.View) (*statuspage.Server, string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	srv := statuspage.New(statuspage.Settings{Listen: "127.0.0.1:0"}, office{}, refuse, quiet())
	if err := srv.Listen(ctx); err != nil {
		t.Fatal(err)
	}
	srv.ShowPanel(statuspage.Panel{Regions: []string{"eu"}})
	srv.Update(v, nil)
	var g errgroup.Group
	g.Go(func() error { return srv.Run(ctx) })
	t.Cleanup(func() {
		stop()
		if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return srv, "http://" + srv.Addr()
}

func TestStatus(t *testing.T) {
	srv, url := page(t, view(down()))
	srv.Recall([]fold.Transition{{Seq: 1, At: at(time.Minute), Kind: "decision", Subject: "docs", From: "unknown", To: "up"}})
	out, errs, code := run(t, "status", "--page", url)
	want := `✕ Down: shop
as seen by berlin, site berlin, region eu; clock synced; it hears 0 of 1 peers, too few to confirm an outage

  SERVICE  STATE                      FOR    FAILING  WHY
✕ shop     Down, acknowledged by ada  3 min  4 of 4   status 503 in us and eu?[2J
✓ docs     Up                         3 min  0 of 4

  UPLINK  STATE                      FOR    CONTROLS  NETWORK
✓ eth0    sighted                    3 min  3 of 3    hansa-dsl
! lte     blind: no control answers  60 s   0 of 3    eu-mobile

  PART   STATE    FOR    WHY
✕ store  failing  0 s    disk full
`
	if code != 0 || out != want {
		t.Errorf("exit %d, %s\n%s\nwant\n%s", code, errs, out, want)
	}
}

func TestStatusJSON(t *testing.T) {
	_, url := page(t, view(down()))
	out, _, code := run(t, "status", "--page", url, "--json")
	var v statuspage.View
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 0 || len(v.Services) != 2 || v.Services[0].Status != firmware.StatusConfirmed {
		t.Errorf("exit %d, %v, %+v", code, err, v)
	}
}

// TestNoDaemon: whoever asks where nobody listens is told what to do.
func TestNoDaemon(t *testing.T) {
	url := "http://" + closedPort(t)
	for _, cmd := range []string{"status", "watch"} {
		out, errs, code := run(t, cmd, "--page", url)
		if code != 2 || out != "" || !strings.Contains(errs, "no daemon answers at "+url) || !strings.Contains(errs, "--page") {
			t.Errorf("%s: exit %d, %q, %q", cmd, code, out, errs)
		}
	}
}

// watch runs the watch command until the text that it prints holds each of what is awaited, doing one thing after each.
func watch(t *testing.T, url string, args []string, steps ...func() (await string)) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	var out shared
	root := newRootCmd()
	root.SetArgs(append([]string{"watch", "--page", url}, args...))
	root.SetOut(&out)
	var g errgroup.Group
	g.Go(func() error { return root.ExecuteContext(ctx) })
	for _, step := range steps {
		await := step()
		for !strings.Contains(out.String(), await) {
			select {
			case <-ctx.Done():
				t.Fatalf("waited in vain for %q in\n%s", await, out.String())
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	stop()
	if err := g.Wait(); err != nil {
		t.Errorf("watch ended with %v", err)
	}
	return out.String()
}

func TestWatch(t *testing.T) {
	up := firmware.Decision{Service: "shop", Status: firmware.StatusUp, Voters: 4, Regions: []firmware.RegionDecision{{Region: "eu", Status: firmware.StatusUp}}}
	srv, url := page(t, view(up))
	d := down()
	change := fold.Transition{Seq: 7, At: at(4 * time.Minute), Kind: "decision", Subject: "shop", From: "suspected", To: "confirmed", Decision: &d, Why: d.Why}
	got := watch(t, url, nil,
		func() string { return "berlin service/eu: green steady" },
		func() string {
			srv.Update(view(down()), []fold.Transition{change})
			return "decision shop: suspected -> confirmed, down"
		},
		func() string { return "berlin service/eu: red" },
	)
	if strings.Contains(got, "\x1b") {
		t.Errorf("a service's own words steer the terminal: %q", got)
	}
}

func TestWatchJSON(t *testing.T) {
	srv, url := page(t, view(down()))
	got := watch(t, url, []string{"--json"},
		func() string { return `{"view":{` },
		func() string {
			srv.Update(view(down()), []fold.Transition{{Seq: 8, At: at(1), Kind: "part", Subject: "store", From: "failing", To: "ok"}})
			return `"subject":"store"`
		},
	)
	views := 0
	for line := range strings.Lines(got) {
		var w watched
		if err := json.Unmarshal([]byte(line), &w); err != nil || (w.View == nil) == (w.Transition == nil) {
			t.Errorf("%v in line %q", err, line)
		}
		if w.View != nil {
			views++
		}
	}
	if views != 1 {
		t.Errorf("%d views in one connection, want the first alone", views)
	}
}

// TestTransitionSaysImpactOnce: a vote's name holds its impact already, a decision's does not.
func TestTransitionSaysImpactOnce(t *testing.T) {
	for want, x := range map[string]statuspage.Transition{
		"--:--:-- vote shop/eth0: pass -> fail, down. refused": {Kind: "vote", Subject: "shop/eth0", From: "pass", To: "fail, down", Impact: firmware.ImpactDown, Why: "refused"},
		"--:--:-- decision shop: up -> confirmed, down":        {Kind: "decision", Subject: "shop", From: "up", To: "confirmed", Impact: firmware.ImpactDown},
	} {
		if got := transitionLine(x); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
