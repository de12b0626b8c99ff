package identity_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"edgeprobe.io/firmware/identity"
)

func newKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	key, err := identity.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSavedKeyLoadsAndSigns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	key := newKey(t)
	if err := identity.SaveKey(path, key); err != nil {
		t.Fatal(err)
	}
	got, err := identity.LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	public, err := identity.ParsePublic(identity.FormatPublic(identity.PublicOf(got)))
	if err != nil {
		t.Fatal(err)
	}
	if !ed25519.Verify(public, []byte("vote"), ed25519.Sign(key, []byte("vote"))) {
		t.Error("the public text form does not verify the saved key's signature")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files beside the key, want it alone", len(left))
	}
}

func TestSaveKeyNeverReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.key")
	first := newKey(t)
	if err := identity.SaveKey(path, first); err != nil {
		t.Fatal(err)
	}
	if err := identity.SaveKey(path, newKey(t)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second save: %v, want fs.ErrExist", err)
	}
	if got, err := identity.LoadKey(path); err != nil || !got.Equal(first) {
		t.Errorf("the first key is gone: %v", err)
	}
}

func TestLoadKeyRefusesOpenFile(t *testing.T) {
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601} {
		path := filepath.Join(t.TempDir(), "a.key")
		if err := identity.SaveKey(path, newKey(t)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := identity.LoadKey(path)
		var open *identity.PermissionError
		if !errors.As(err, &open) || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Errorf("mode %v: %v, want the permissions and how to mend them", mode, err)
		}
	}
}

func TestLoadKeyRefusesWhatIsNoKey(t *testing.T) {
	dir := t.TempDir()
	secret := strings.TrimPrefix(identity.FormatKey(newKey(t)), "edgeprobe-key:")
	for name, text := range map[string]string{
		"empty": "", "prefix": secret, "short": "edgeprobe-key:" + secret[4:], "long": "edgeprobe-key:AAAA" + secret,
		"twice": "edgeprobe-key:" + secret + "\nedgeprobe-key:" + secret, "inner": "edgeprobe-key:" + secret[:9] + "\n" + secret[9:],
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := identity.LoadKey(path)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), secret[10:20]) {
			t.Errorf("%s: the error holds the secret", name)
		}
	}
	if _, err := identity.LoadKey(dir); err == nil {
		t.Error("a directory was taken for a key")
	}
	if _, err := identity.LoadKey(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func TestWriteFileKeepsTheOldOnFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(path, "inner"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := identity.WriteFile(path, []byte("x"), 0o600); err == nil {
		t.Fatal("a directory was replaced")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d entries, want no temporary file left behind", len(left))
	}
}

func TestTextFormsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")
		key := ed25519.NewKeyFromSeed(seed)
		got, err := identity.ParseKey(identity.FormatKey(key) + "\r\n")
		if err != nil || !got.Equal(key) {
			t.Fatalf("private: %v", err)
		}
		public, err := identity.ParsePublic(identity.FormatPublic(identity.PublicOf(key)))
		if err != nil || !bytes.Equal(public, key.Public().(ed25519.PublicKey)) {
			t.Fatalf("public: %v", err)
		}
	})
}

// FuzzParse holds that each accepted text is the only spelling of its key.
func FuzzParse(f *testing.F) {
	f.Add("edgeprobe-key:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	f.Add("ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	f.Fuzz(func(t *testing.T, text string) {
		if key, err := identity.ParseKey(text); err == nil && identity.FormatKey(key) != strings.TrimSpace(text) {
			t.Errorf("%q is a second spelling", text)
		}
		if key, err := identity.ParsePublic(text); err == nil && identity.FormatPublic(key) != text {
			t.Errorf("%q is a second spelling", text)
		}
	})
}
