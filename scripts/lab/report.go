package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"edgeprobe.io/scripts/lab/judge"
	"edgeprobe.io/scripts/lab/page"
)

// The files in a folder of results.
const (
	resultsFile = "results.jsonl" // a report of the judge per line
	aboutFile   = "about.json"    // a page.About
	pageFile    = "index.html"
)

func newReportCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "report DIR",
		Short: "Write the page of the results in a folder anew",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			reports, err := readReports(filepath.Join(args[0], resultsFile))
			if err != nil {
				return err
			}
			path, err := writePage(args[0], readAbout(args[0]), reports)
			if err == nil {
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s on %s\n", count(len(reports), "scenario"), path)
			}
			return err
		},
	}
}

// readReports reads a file of results; of a scenario that is there twice the later counts.
func readReports(file string) ([]judge.Report, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	defer f.Close()
	var all []judge.Report
	at := map[string]int{}
	for d := json.NewDecoder(f); ; {
		var r judge.Report
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read results: report %d of %s: %w", len(all)+1, file, err)
		}
		if i, again := at[r.File]; again {
			all[i] = r
			continue
		}
		at[r.File] = len(all)
		all = append(all, r)
	}
}

// readAbout reads what is known of the run; results without it are as old as their file.
func readAbout(dir string) (a page.About) {
	text, err := os.ReadFile(filepath.Join(dir, aboutFile))
	if err == nil && json.Unmarshal(text, &a) == nil {
		return a
	}
	a = page.About{When: time.Now()}
	if info, err := os.Stat(filepath.Join(dir, resultsFile)); err == nil {
		a.When = info.ModTime()
	}
	return a
}

// writePage writes the page into dir and returns its path.
func writePage(dir string, a page.About, reports []judge.Report) (string, error) {
	path := filepath.Join(dir, pageFile)
	f, err := os.Create(path)
	if err != nil {
		return "", fmt.Errorf("write the page: %w", err)
	}
	return path, errors.Join(page.Write(f, a, reports), f.Close())
}
