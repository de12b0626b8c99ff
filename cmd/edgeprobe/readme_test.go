package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"edgeprobe.io/firmware/config"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReadmeConfig: the config that a newcomer copies out of the README is a good one.
func TestReadmeConfig(t *testing.T) {
	_, rest, found := strings.Cut(readme(t), "```yaml\n")
	text, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("the README shows no config")
	}
	c, err := config.Parse("README.md", []byte(text), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Checks) != 4 {
		t.Errorf("%d checks and controls, want 4: %+v", len(c.Checks), c.Checks)
	}
	t.Logf("warnings: %v", c.Warnings)
}

// TestReadmeCommands: every command that the README names is there, and every command is in its table.
func TestReadmeCommands(t *testing.T) {
	var named []string
	for _, m := range regexp.MustCompile("`(?:bin/)?edgeprobe ([a-z]+)").FindAllStringSubmatch(readme(t), -1) {
		named = append(named, m[1])
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `edgeprobe [a-z]+`, `([a-z]+)`").FindAllStringSubmatch(readme(t), -1) {
		named = append(named, m[1])
	}
	root := newRootCmd()
	root.InitDefaultCompletionCmd()
	var there []string
	for _, cmd := range root.Commands() {
		there = append(there, cmd.Name())
		if !slices.Contains(named, cmd.Name()) {
			t.Errorf("edgeprobe %s is not in the README's table", cmd.Name())
		}
	}
	for _, name := range named {
		if !slices.Contains(there, name) {
			t.Errorf("the README speaks of edgeprobe %s, which is not there", name)
		}
	}
}
