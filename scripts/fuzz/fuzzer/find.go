package fuzzer

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
)

// Target is a fuzz target.
type Target struct {
	Dir  string // of its package, below the root
	Name string
}

// String returns "firmware/block FuzzDecode".
func (t Target) String() string { return t.Dir + " " + t.Name }

var declared = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

// Find returns the targets below root whose name or folder a pattern matches, by folder. What begins with a dot, and
// testdata, is not part of the tree.
func Find(root string, pattern *regexp.Regexp) (found []Target, err error) {
	err = fs.WalkDir(os.DirFS(root), ".", func(file string, e fs.DirEntry, err error) error {
		switch base := path.Base(file); {
		case err != nil:
			return err
		case e.IsDir() && (base == "testdata" || base != "." && strings.HasPrefix(base, ".")):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(base, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(os.DirFS(root), file)
		if err != nil {
			return err
		}
		for _, m := range declared.FindAllSubmatch(text, -1) {
			if t := (Target{path.Dir(file), string(m[1])}); pattern.MatchString(t.String()) {
				found = append(found, t)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find fuzz targets: %w", err)
	}
	return found, nil
}
