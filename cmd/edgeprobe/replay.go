package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
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
		Args:    oneArg("the folder that the config's store.dir names"),
		RunE: func(cmd *cobra.Command, args []string) error {
			done, err := replay(args[0])
			if err != nil {
				err = fmt.Errorf("replay %s: %w", args[0], err)
			}
			if errors.Is(err, errBad) {
				fmt.Fprintln(cmd.ErrOrStderr(), "edgeprobe:", err)
			}
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return printJSON(cmd.OutOrStdout(), done)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d events replay to exactly the %d stored transitions, folded from %s\n",
				done.Events, done.Transitions, startWords(done.From))
			return err
		},
	}
}

// replay replays a copy of the journal in dir. What does not replay is errBad.
func replay(dir string) (store.Replayed, error) {
	var none store.Replayed
	_, err := os.Stat(filepath.Join(dir, store.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return none, fmt.Errorf("there is no %s in it: name the folder that the config's store.dir names", store.FileName)
	} else if err != nil {
		return none, fmt.Errorf("read its journal: %w", withoutPath(err))
	}
	tmp, err := os.MkdirTemp("", "edgeprobe-replay-")
	if err != nil {
		return none, err
	}
	defer os.RemoveAll(tmp)
	for _, suffix := range []string{"", "-wal"} {
		err := copyFile(filepath.Join(dir, store.FileName+suffix), filepath.Join(tmp, store.FileName+suffix))
		if err != nil && (suffix == "" || !errors.Is(err, fs.ErrNotExist)) {
			return none, fmt.Errorf("copy its journal: %w", err)
		}
	}
	s, err := store.Open(store.Settings{Dir: tmp, MaxBytes: store.Defaults().MaxBytes, Commit: store.Defaults().Commit}, slog.New(slog.DiscardHandler))
	if err != nil {
		return none, err
	}
	defer s.Close()
	if err := s.Trouble(); err != nil {
		return none, err
	}
	if why := s.Stats().Reset; why != "" {
		return none, fmt.Errorf("its %s is no sound journal: %s", store.FileName, why)
	}
	done, err := s.Replay()
	switch {
	case err != nil:
		return done, fmt.Errorf("%w: %w", errBad, err)
	case done.Events == 0:
		return done, errors.New("its journal holds no events yet: nothing was compared")
	}
	return done, nil
}

// startWords says where the folding began: once, or from each of some checkpoints as well.
func startWords(from []uint64) string {
	switch {
	case len(from) == 1 && from[0] == 0:
		return "its start"
	case len(from) == 1:
		return "its one checkpoint"
	}
	return fmt.Sprintf("each of %d starting points", len(from))
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
