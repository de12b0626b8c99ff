package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxSecret bounds what a reference may bring, in bytes.
const maxSecret = 64 << 10

// isReference reports whether a text is file:NAME or env:NAME.
func isReference(s string) bool {
	return strings.HasPrefix(s, "file:") || strings.HasPrefix(s, "env:")
}

// secret returns what a key that must be a reference names. Written out, it is reported and never repeated.
func (b *builder) secret(v val[string]) (string, bool) {
	if v.OK && !isReference(v.V) {
		b.add(v.at, kindSecret, "")
	}
	if !v.OK || !isReference(v.V) {
		return "", false
	}
	return b.resolve(v.V, v.at)
}

// resolve returns what a reference names, without the line end at its end.
func (b *builder) resolve(ref string, at place) (string, bool) {
	text, why := "", ""
	if name, ok := strings.CutPrefix(ref, "env:"); ok {
		if text = os.Getenv(name); text == "" {
			why = "is not set"
		}
	} else {
		data, err := readRegular(b.path(strings.TrimPrefix(ref, "file:")), maxSecret)
		if err != nil {
			b.add(at, kindReference, "", ref, plain(err))
			return "", false
		}
		text = strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r")
		if text == "" {
			why = "is empty"
		}
	}
	if why == "" && len(text) > maxSecret {
		why = "is larger than 64 KiB"
	}
	if why != "" {
		b.add(at, kindBadReference, "", ref, why)
	}
	return text, why == ""
}

// path returns a path of the file, made relative to the directory that holds it.
func (r *reader) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.dir, p)
}

// readRegular returns at most limit+1 bytes of a regular file: anything else could block or never end.
func readRegular(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// plain returns an error of the file system without operation and path, which stand before it already.
func plain(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return fmt.Sprint(err)
}
