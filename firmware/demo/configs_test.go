package demo

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"edgeprobe.io/firmware"
	"edgeprobe.io/firmware/config"
	"edgeprobe.io/firmware/identity"
)

// makeKey makes a real device key.
func makeKey(path string) (string, error) {
	key, err := identity.GenerateKey()
	if err != nil {
		return "", err
	}
	return identity.FormatPublic(identity.PublicOf(key)), identity.SaveKey(path, key)
}

// TestConfigs holds that the daemon accepts what is written for it, and that it says what the replay is about.
func TestConfigs(t *testing.T) {
	w, _ := start(t)
	dir := t.TempDir()
	made, err := w.WriteConfigs(dir, makeKey)
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for i, d := range made {
		c, err := config.Load(d.Config)
		if err != nil {
			t.Fatalf("%s: %v", d.ID, err)
		}
		if len(c.Warnings) > 0 {
			t.Errorf("%s: warnings %q", d.ID, c.Warnings)
		}
		if c.Fold.Device != deviceNames()[i] || len(c.Fold.Fleet) != 2 || len(c.Uplinks) != 2 || c.Uplinks[0].Source == c.Uplinks[1].Source {
			t.Errorf("%s is %+v", d.ID, c.Fold)
		}
		if c.Feed.Brokers[0].Password != w.Broker.Password(d.ID) || c.Probe.Roots == nil {
			t.Errorf("%s has a wrong password, or trusts nobody", d.ID)
		}
		if "http://"+c.Statuspage.Listen != d.Page || pages[d.Page] {
			t.Errorf("the page of %s is %s, not %s", d.ID, c.Statuspage.Listen, d.Page)
		}
		pages[d.Page] = true
		roles := map[firmware.Role]int{}
		for _, check := range c.Checks {
			roles[check.Role]++
			if check.Interval != calmInterval {
				t.Errorf("%s looks at %s each %v", d.ID, check.Ref, check.Interval)
			}
		}
		if roles[firmware.RoleControl] != 3 || roles[firmware.RoleOrigin] != 2 || roles[firmware.RoleEdge] != 3 || roles[firmware.RoleEvidence] != 1 {
			t.Errorf("%s has checks %v", d.ID, roles)
		}
		for _, r := range c.Fold.Rules {
			if r.Interval["eth0"] != time.Second || r.Interval["lte"] != 20*time.Second {
				t.Errorf("%s: %s runs each %v", d.ID, r.Ref, r.Interval)
			}
		}
	}
}

func TestSecretsAreTheOwnersAlone(t *testing.T) {
	w, _ := start(t)
	dir := t.TempDir()
	if _, err := w.WriteConfigs(dir, makeKey); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 8 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(dir, e.Name()))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
	}
}
