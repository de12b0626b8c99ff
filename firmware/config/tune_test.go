package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"edgeprobe.io/firmware/quorum"
	"edgeprobe.io/firmware/schedule"
	"edgeprobe.io/firmware/store"
	"edgeprobe.io/firmware/verdict"
)

// least parses the least device with more lines.
func least(t *testing.T, more string) *Config {
	t.Helper()
	c, err := Parse("lone.yaml", []byte("device: berlin\nfleet: [{id: berlin, site: berlin, region: eu, uplinks: [{name: eth0, network: dsl}]}]\n"+
		"uplinks: [{name: eth0, resolvers: [192.0.2.53]}]\n"+more), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDefaultsAreTheirUsers: a file that says nothing leaves each package's numbers as they are, every one of them.
func TestDefaultsAreTheirUsers(t *testing.T) {
	c := least(t, "")
	if d := cmp.Diff(schedule.Defaults(), c.Schedule); d != "" {
		t.Errorf("schedule (-its own +the config's):\n%s", d)
	}
	if d := cmp.Diff(verdict.Defaults(), c.Fold.Verdict); d != "" {
		t.Errorf("verdict (-its own +the config's):\n%s", d)
	}
	if d := cmp.Diff(quorum.Defaults(), c.Fold.Quorum); d != "" {
		t.Errorf("quorum (-its own +the config's):\n%s", d)
	}
	if d := cmp.Diff(store.Defaults(), c.Store); d != "" {
		t.Errorf("store (-its own +the config's):\n%s", d)
	}
}

// TestResumption: on, unless the file says that every run is to prove the certificate.
func TestResumption(t *testing.T) {
	for more, want := range map[string]bool{"": true, "probe: {}": true, "probe: {resume: true}": true, "probe: {resume: false}": false} {
		if got := least(t, more).Probe.Resume; got != want {
			t.Errorf("%q: resumption %v, want %v", more, got, want)
		}
	}
}
