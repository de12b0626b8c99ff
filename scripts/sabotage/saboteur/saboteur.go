// Package saboteur breaks copies of the tree and sees whether the demo's replay notices.
//
// It guarantees that the tree itself is never changed, and that a deed which no longer fits the code is an error.
package saboteur

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// limit ends one build and replay.
const limit = 5 * time.Minute

// Apply changes the file of d under root. It is an error when what d wants to change does not stand there once.
func Apply(root string, d Deed) error {
	path := filepath.Join(root, d.File)
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if n := strings.Count(string(text), d.Old); n != 1 {
		return fmt.Errorf("%s: %q stands in %s %d times: adapt the deed to the code", d.What, d.Old, d.File, n)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), d.Old, d.New, 1)), 0o644)
}

// All does every deed in a copy of the tree at root and replays. The error says which deeds nobody noticed.
func All(ctx context.Context, root string, out io.Writer) error {
	var unseen []error
	for _, d := range Deeds() {
		began := time.Now()
		fmt.Fprintf(out, "%-55s ", d.What)
		noticed, last, err := one(ctx, root, d)
		switch {
		case err != nil:
			fmt.Fprintln(out, "not tried")
			return err
		case !noticed:
			fmt.Fprintln(out, "NOT NOTICED")
			unseen = append(unseen, fmt.Errorf("the replay did not notice: %s", d.What))
		default:
			fmt.Fprintf(out, "noticed in %.0f s: %s\n", time.Since(began).Seconds(), last)
		}
	}
	return errors.Join(unseen...)
}

// one does one deed in a fresh copy. It reports whether the replay failed, and its last word.
func one(ctx context.Context, root string, d Deed) (noticed bool, last string, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	dir, err := os.MkdirTemp("", "edgeprobe-sabotage-")
	if err != nil {
		return false, "", err
	}
	defer os.RemoveAll(dir)
	if err := copyTree(root, dir); err != nil {
		return false, "", err
	}
	if err := Apply(dir, d); err != nil {
		return false, "", err
	}
	if text, err := run(ctx, dir, "make", "-s", "build"); err != nil {
		return false, "", fmt.Errorf("%s: the sabotaged tree does not build: %w\n%s", d.What, err, text)
	}
	text, err := run(ctx, dir, "bin/edgeprobe", "demo", "--once")
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		return false, "", err
	}
	return err != nil, lastLine(text), nil
}

func run(ctx context.Context, dir string, name string, args ...string) (string, error) {
	if strings.HasPrefix(name, "bin/") {
		name = filepath.Join(dir, name)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.WaitDelay = dir, 10*time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// copyTree copies what builds: the sources, without binaries and history.
func copyTree(root, dir string) error {
	for _, name := range []string{"firmware", "drivers", "cmd", "board"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			return err
		}
	}
	for _, name := range []string{"go.mod", "go.sum", "Makefile"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
