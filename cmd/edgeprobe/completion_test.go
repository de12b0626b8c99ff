package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edgeprobe.io/firmware/config"
)

// TestCompletion asks as a shell does: the last word is being typed.
func TestCompletion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "my.yaml")
	if err := os.WriteFile(file, []byte(config.Minimal()), 0o600); err != nil {
		t.Fatal(err)
	}
	const nothing, yaml, dirs = ":4", ":8", ":16" // cobra's directives
	for _, c := range []struct {
		typed string
		want  []string
	}{
		{"config check |", []string{"yaml", "yml", yaml}},
		{"config check my.yaml |", []string{nothing}},
		{"check --config |", []string{"yaml", "yml", yaml}},
		{"check --config FILE |", []string{"website", "website/home", "control", "control/quad9", "control/cloudflare", "control/google", nothing}},
		{"check --config FILE website/h|", []string{"website/home", nothing}},
		{"check --config FILE website |", []string{"website/home", "control", "control/quad9", "control/cloudflare", "control/google", nothing}},
		{"check --config FILE --uplink |", []string{"eth0", nothing}},
		{"check --config /nowhere |", []string{nothing}},
		{"check |", []string{nothing}},
		{"uplinks --config |", []string{"yaml", "yml", yaml}},
		{"replay |", []string{dirs}},
		{"demo --dir |", []string{dirs}},
		{"fleet show |", []string{dirs}},
		{"fleet add offices |", []string{"--region", "--site", nothing}},
		{"status |", []string{nothing}},
	} {
		words := strings.Split(strings.TrimSuffix(strings.ReplaceAll(c.typed, "FILE", file), "|"), " ")
		out, _, code := run(t, append([]string{"__complete"}, words...)...)
		var got []string
		for line := range strings.Lines(out) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			got = append(got, word)
		}
		if code != 0 || !slices.Equal(got, c.want) {
			t.Errorf("%s: exit %d, %q, want %q", c.typed, code, got, c.want)
		}
	}
}
