package config

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// metered parses a lone device whose only uplink is metered, and which has n checks over https.
func metered(t *testing.T, n int, uplink, schedule string) *Config {
	t.Helper()
	text := "device: berlin\nfleet: [{id: berlin, site: berlin, region: eu, uplinks: [{name: wwan0, network: mobile, metered: true}]}]\n" +
		"uplinks: [{name: wwan0, interface: wwan0, resolvers: [192.0.2.53]" + uplink + "}]\n" + schedule + "\nservices:\n  - name: api\n    checks:\n"
	for i := range n {
		text += fmt.Sprintf("      - {name: c%d, kind: http, url: \"https://c%d.example/\", interval: 30s}\n", i, i)
	}
	c, err := Parse("metered.yaml", []byte(text), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMeteredCadence: it follows from the allowance and the checks, unless the file says it.
func TestMeteredCadence(t *testing.T) {
	every := func(n int, uplink, schedule string) time.Duration {
		return metered(t, n, uplink, schedule).Fold.Rules[0].Interval["wwan0"]
	}
	usual := every(10, "", "")
	if usual < 10*time.Minute || usual > time.Hour {
		t.Errorf("10 checks: every %s with the default allowance", usual)
	}
	for _, c := range []struct {
		name string
		less time.Duration
		more time.Duration
	}{
		{"fewer checks", every(2, "", ""), usual},
		{"a larger allowance", every(10, ", allowance: 1GB", ""), usual},
		{"a smaller reserve", every(10, ", reserve: 0%", ""), usual},
	} {
		if c.less >= c.more {
			t.Errorf("%s: every %s instead of %s", c.name, c.less, c.more)
		}
	}
	if got := every(10, ", allowance: 1TB", ""); got != 30*time.Second {
		t.Errorf("with plenty: every %s, want the checks' own 30s", got)
	}
	if got := every(10, "", "schedule: {metered: 2m}"); got != 2*time.Minute {
		t.Errorf("every %s, the file says 2m", got)
	}
}

// TestMeteredWarnings: who states both a cadence and an allowance hears that they do not fit.
func TestMeteredWarnings(t *testing.T) {
	for schedule, want := range map[string]bool{"schedule: {metered: 20s}": true, "schedule: {metered: 1h}": false, "": false} {
		warned := strings.Contains(strings.Join(metered(t, 10, ", allowance: 200MB", schedule).Warnings, "\n"), "its allowance bears every")
		if warned != want {
			t.Errorf("%q: warned %v, want %v", schedule, warned, want)
		}
	}
}

// TestResolversOfTheSystem: the word auto asks for them, and then no address is in the config.
func TestResolversOfTheSystem(t *testing.T) {
	for resolvers, want := range map[string]bool{"auto": true, `"auto"`: true, "[192.0.2.53]": false} {
		text := "device: berlin\nfleet: [{id: berlin, site: berlin, region: eu, uplinks: [{name: eth0, network: dsl}]}]\n" +
			"uplinks: [{name: eth0, resolvers: " + resolvers + "}]\n"
		c, err := Parse("auto.yaml", []byte(text), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if u := c.Uplinks[0]; u.AutoResolvers != want || (len(u.Resolvers) == 0) != want {
			t.Errorf("%s: %+v", resolvers, u)
		}
	}
}
