// Package saboteur breaks copies of the tree and sees whether the demo's replay, or a scenario of the lab, notices.
//
// It guarantees that the tree itself is never changed, and that a deed which no longer fits the code is an error. The
// lab and its judge are the tree's own, never the copy's.
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

// limit ends one build with what is done with it.
const limit = 10 * time.Minute

// Apply makes the edits of d under root. It is an error when what one wants to change does not stand there once.
func Apply(root string, d Deed) error {
	for _, e := range d.Edits {
		path := filepath.Join(root, e.File)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := strings.Count(string(text), e.Old); n != 1 {
			return fmt.Errorf("%s: %q stands in %s %d times: adapt the deed to the code", d.What, e.Old, e.File, n)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), e.Old, e.New, 1)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// All does every deed in a copy of the tree at root and lets the demo replay, or plays the deed's scenario in the lab
// of the tree itself. The error says which deeds nobody noticed.
func All(ctx context.Context, root string, deeds []Deed, out io.Writer) error {
	var unseen []error
	for _, d := range deeds {
		began := time.Now()
		fmt.Fprintf(out, "%-55s ", d.What)
		noticed, last, err := one(ctx, root, d)
		switch {
		case err != nil:
			fmt.Fprintln(out, "not tried")
			return err
		case !noticed:
			fmt.Fprintln(out, "NOT NOTICED:", last)
			unseen = append(unseen, fmt.Errorf("nobody noticed: %s", d.What))
		default:
			fmt.Fprintf(out, "noticed in %.0f s: %s\n", time.Since(began).Seconds(), last)
		}
	}
	return errors.Join(unseen...)
}

// one does one deed in a fresh copy. It reports whether somebody noticed, and the last word on it.
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
	if d.Scenario != "" {
		return played(ctx, root, filepath.Join(dir, "bin"), d)
	}
	text, err := run(ctx, dir, "bin/edgeprobe", "demo", "--once")
	if failed(ctx, err) {
		return false, "", err
	}
	return err != nil, lastLine(text), nil
}

// failed reports whether err is something else than a program's own bad end.
func failed(ctx context.Context, err error) bool {
	var exit *exec.ExitError
	return err != nil && (!errors.As(err, &exit) || ctx.Err() != nil)
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
