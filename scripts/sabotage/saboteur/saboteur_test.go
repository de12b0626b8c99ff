package saboteur

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeedsFitTheCode keeps the list from rotting: each deed still finds its line, once.
func TestDeedsFitTheCode(t *testing.T) {
	root := "../../.."
	for _, d := range Deeds() {
		dir := t.TempDir()
		text, err := os.ReadFile(filepath.Join(root, d.File))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, d.File)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Apply(dir, d); err != nil {
			t.Error(err)
			continue
		}
		after, err := os.ReadFile(path)
		if err != nil || string(after) == string(text) || !strings.Contains(string(after), d.New) {
			t.Errorf("%s: nothing was changed (%v)", d.What, err)
		}
	}
}

func TestADeedThatDoesNotFitIsSaid(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("x x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, old := range []string{"x", "y"} {
		if err := Apply(dir, Deed{What: "w", File: "a.go", Old: old, New: "z"}); err == nil {
			t.Errorf("replacing %q, which does not stand there once, went through", old)
		}
	}
}
