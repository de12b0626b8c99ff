package uplink

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// keepEvery is how often a book that has changed is written at least; the thousandth part of the allowance makes it
// due sooner. A power cut loses no more.
const keepEvery = 10 * time.Minute

// bookFile returns where the book of an uplink is kept.
func bookFile(dir, uplink string) string { return filepath.Join(dir, "bytes-"+uplink+".json") }

// ReadBook reads the book of an uplink that is kept in dir. A missing one is empty.
func ReadBook(dir, uplink string) (Book, error) {
	text, err := os.ReadFile(bookFile(dir, uplink))
	if errors.Is(err, fs.ErrNotExist) {
		return Book{}, nil
	}
	var b Book
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		return Book{}, fmt.Errorf("read the bytes of %s: %w", uplink, err)
	}
	return b, nil
}

// save writes the book when that is due.
func (l *ledger) save(now time.Time) error {
	unsaved := l.book.Spent() - l.saved.Spent()
	switch {
	case l.book == l.saved:
		return nil
	case l.book.Month != l.saved.Month, now.Sub(l.kept) >= keepEvery:
	case l.monthly > 0 && unsaved >= l.monthly/1000:
	default:
		return nil
	}
	return l.write(now)
}

// write replaces the file as one: it never holds half a book.
func (l *ledger) write(now time.Time) error {
	l.kept = now // a card that fails is not tried at every reading
	text, err := json.Marshal(l.book)
	if err != nil {
		return fmt.Errorf("keep the bytes of %s: %w", l.name, err)
	}
	half := l.file + ".new"
	f, err := os.OpenFile(half, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return fmt.Errorf("keep the bytes of %s: %w", l.name, err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(half, l.file)
	}
	if err != nil {
		return fmt.Errorf("keep the bytes of %s: %w", l.name, err)
	}
	l.saved = l.book
	return nil
}
