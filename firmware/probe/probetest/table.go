package probetest

import (
	"fmt"
	"io"
)

// WriteTable writes the table for readers, in Markdown.
func WriteTable(w io.Writer, rows []Behaviour) error {
	if _, err := fmt.Fprint(w, "| group | behaviour | what the server does | outcome |\n|---|---|---|---|\n"); err != nil {
		return err
	}
	for _, b := range rows {
		if _, err := fmt.Fprintf(w, "| %s | %s | %s | %v |\n", b.Group, b.Name, b.Does, b.Want.Outcome); err != nil {
			return err
		}
	}
	return nil
}
