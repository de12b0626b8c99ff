package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"edgeprobe.io/firmware/store"
)

func newReplayCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "replay DIR",
		Short: "Fold a device's journal again and compare every transition",
		Long: "Fold the journal in a store's folder again, from its start and from every checkpoint, and compare each transition\n" +
			"with the one that was stored. A copy is read, so the device may be running. Exit 1 when one differs.",
		Example: "  edgeprobe replay /var/lib/edgeprobe\n  edgeprobe replay ./copied-from-berlin --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			done, err := replay(args[0])
			if err != nil {
				return fmt.Errorf("replay %s: %w", args[0], err)
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), done)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d events replay to exactly the %d stored transitions, from %d starting points\n",
				done.Events, done.Transitions, len(done.From))
			return err
		},
	}
}

// replay replays a copy of the journal in dir.
func replay(dir string) (store.Replayed, error) {
	var none store.Replayed
	files, err := filepath.Glob(filepath.Join(dir, store.FileName+"*"))
	if err != nil || len(files) == 0 {
		return none, fmt.Errorf("there is no %s in it: name the folder that the config's store.dir names", store.FileName)
	}
	tmp, err := os.MkdirTemp("", "edgeprobe-replay-")
	if err != nil {
		return none, err
	}
	defer os.RemoveAll(tmp)
	for _, f := range files {
		if err := copyFile(f, filepath.Join(tmp, filepath.Base(f))); err != nil {
			return none, err
		}
	}
	s, err := store.Open(store.Settings{Dir: tmp, MaxBytes: store.Defaults().MaxBytes, Commit: store.Defaults().Commit}, slog.New(slog.DiscardHandler))
	if err != nil {
		return none, err
	}
	defer s.Close()
	return s.Replay()
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
