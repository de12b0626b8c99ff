package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"edgeprobe.io/firmware/config"
)

// newFleet makes a fleet with two devices and returns its directory.
func newFleet(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "offices")
	for _, args := range [][]string{
		{"fleet", "init", dir},
		{"fleet", "add", dir, "newyork", "--site", "newyork", "--region", "us", "--uplink", "eth0=isp-a", "--uplink", "wwan0=mobile-b,metered,risk=mast-7"},
		{"fleet", "add", dir, "berlin", "--site", "berlin", "--region", "eu", "--uplink", "eth0=dsl", "--resolver", "192.0.2.53"},
	} {
		if _, _, err := runOwn(t, args...); err != nil {
			t.Fatalf("%q: %v", args, err)
		}
	}
	return dir
}

// files returns the text of every file of a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(text)
	}
	return all
}

func TestFleetConfigsPassAndShareOneList(t *testing.T) {
	dir := newFleet(t)
	for _, id := range []string{"newyork", "berlin"} {
		c, err := config.Load(filepath.Join(dir, id+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if c.Fold.Device != id || len(c.Fold.Fleet) != 2 || c.Key == nil {
			t.Errorf("%s: %v", id, c)
		}
		if info, err := os.Stat(filepath.Join(dir, id+".key")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s.key: %v, %v", id, info.Mode(), err)
		}
	}
	if got := files(t, dir); len(got) != 5 {
		t.Errorf("%d files, want the list, two keys and two configs", len(got))
	}
}

func TestFleetShow(t *testing.T) {
	dir := newFleet(t)
	out, _, err := runOwn(t, "fleet", "show", dir)
	if err != nil || !strings.Contains(out, "wwan0 (mobile-b, metered, risk mast-7)") || !strings.Contains(out, "berlin") {
		t.Errorf("%v:\n%s", err, out)
	}
	out, _, err = runOwn(t, "fleet", "show", "--json", dir)
	var got []struct{ ID, Key string }
	if uerr := json.Unmarshal([]byte(out), &got); err != nil || uerr != nil || len(got) != 2 || !strings.HasPrefix(got[1].Key, "ed25519:") {
		t.Errorf("%v, %v: %s", err, uerr, out)
	}
}

// TestFleetAddRefuses holds that whatever is refused leaves every file as it was.
func TestFleetAddRefuses(t *testing.T) {
	dir := newFleet(t)
	for name, text := range map[string]string{"paris.key": "somebody's", "rome.yaml": "somebody's"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, dir)
	for want, args := range map[string][]string{
		"choose another id":       {"berlin", "--site", "a", "--region", "eu"},
		"is not a name":           {"oslo", "--site", "Oslo Town", "--region", "eu"},
		"--uplink":                {"oslo", "--site", "oslo", "--region", "eu", "--uplink", "eth0"},
		"write it like":           {"oslo", "--site", "oslo", "--region", "eu", "--uplink", "eth0=dsl,meterd"},
		"given twice":             {"oslo", "--site", "oslo", "--region", "eu", "--uplink", "eth0=a", "--uplink", "eth0=b"},
		"is not an IP address":    {"oslo", "--site", "oslo", "--region", "eu", "--resolver", "dns"},
		"paris.key":               {"paris", "--site", "paris", "--region", "eu"},
		"rome.yaml":               {"rome", "--site", "rome", "--region", "eu"},
		"the list's own name":     {"fleet", "--site", "a", "--region", "eu"},
		`required flag(s) "site"`: {"oslo", "--region", "eu"},
	} {
		_, errs, err := runOwn(t, append([]string{"fleet", "add", dir}, args...)...)
		if err == nil || !strings.Contains(err.Error()+errs, want) {
			t.Errorf("%q: %v, want %q in it", args, err, want)
		}
	}
	if after := files(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("files changed:\n%v\n%v", before, after)
	}
	if _, _, err := runOwn(t, "fleet", "init", dir); err == nil {
		t.Error("init replaced the list")
	}
}

func TestFleetAddSaysWhatIsWrongWithTheList(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "fleet.yaml")
	if err := os.WriteFile(list, []byte("- {id: a}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, errs, err := runOwn(t, "fleet", "add", dir, "b", "--site", "b", "--region", "eu")
	if !errors.Is(err, errBad) || !strings.HasPrefix(errs, list+":1:3: [0].region: is missing") {
		t.Errorf("%v, %q", err, errs)
	}
	_, _, err = runOwn(t, "fleet", "add", filepath.Join(dir, "none"), "b", "--site", "b", "--region", "eu")
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "edgeprobe fleet init") {
		t.Errorf("without a directory: %v", err)
	}
}

// TestFleetAddAtTheSameTime holds that no entry is lost when several people add devices at once.
func TestFleetAddAtTheSameTime(t *testing.T) {
	dir := newFleet(t)
	var all errgroup.Group
	for i := range 8 {
		all.Go(func() error {
			_, _, err := runOwn(t, "fleet", "add", dir, fmt.Sprintf("d%d", i), "--site", "s", "--region", "eu")
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	devices, err := config.LoadFleet(filepath.Join(dir, "fleet.yaml"))
	if err != nil || len(devices) != 10 {
		t.Errorf("%d devices, %v; want 10", len(devices), err)
	}
}

// TestFleetShowOfNothing: whoever names a folder without a fleet is told how to begin one.
func TestFleetShowOfNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "offices")
	_, _, err := runOwn(t, "fleet", "show", dir)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, fleetFile)) || !strings.Contains(err.Error(), "edgeprobe fleet init "+dir) {
		t.Errorf("%v", err)
	}
}
