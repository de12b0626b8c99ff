package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/scenario"
	"edgeprobe.io/scripts/lab/stage"
)

func newCheckCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Read scenarios and say all that is wrong with them; a folder stands for all below it",
		Args:  some("a scenario's file, or a folder of them"),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := load(args)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "nothing is wrong with %s\n", count(len(all), "scenario"))
			return err
		},
	}
}

// load reads all scenarios of some files and folders; its error is everything that is wrong with any of them.
func load(paths []string) ([]*scenario.Scenario, error) {
	files, err := expand(paths)
	if err != nil {
		return nil, err
	}
	var all []*scenario.Scenario
	var errs []error
	for _, f := range files {
		s, err := scenario.Load(f, stage.Catalog())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, s)
	}
	return all, errors.Join(errs...)
}

// expand puts in the place of each folder the scenarios below it, each file once.
func expand(paths []string) (files []string, err error) {
	for _, p := range paths {
		n := len(files)
		err := filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (name == p || filepath.Ext(name) == ".yaml") && !slices.Contains(files, name) {
				files = append(files, name)
			}
			return err
		})
		if at, is := errors.AsType[*fs.PathError](err); is {
			return nil, fmt.Errorf("%s: cannot be read (%w); give the path of a scenario's file, or of a folder of them", at.Path, at.Err)
		} else if err != nil {
			return nil, fmt.Errorf("find scenarios: %w", err)
		}
		if len(files) == n && filepath.Ext(p) != ".yaml" {
			return nil, fmt.Errorf("find scenarios: there is no .yaml file below %s", p)
		}
	}
	return files, nil
}
