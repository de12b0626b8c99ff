package seen

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// maxLine is the longest line that is read, in bytes.
const maxLine = 1 << 20

// line is an observation in a file: one JSON object a line, its time as Go writes durations.
type line struct {
	At      string         `json:"at"`
	Source  Source         `json:"source"`
	Device  string         `json:"device,omitempty"`
	Kind    string         `json:"kind"`
	Subject string         `json:"subject,omitempty"`
	Fields  map[string]any `json:"fields,omitempty"`
}

// Write writes observations, a line of JSON each.
func Write(w io.Writer, all []Observation) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for _, o := range all {
		if err := e.Encode(line{o.At.String(), o.Source, o.Device, o.Kind, o.Subject, o.Fields}); err != nil {
			return fmt.Errorf("write what was seen: %w", err)
		}
	}
	return b.Flush()
}

// Read reads what [Write] wrote. An error names the line that cannot be read.
func Read(r io.Reader) ([]Observation, error) {
	var all []Observation
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	for n := 1; s.Scan(); n++ {
		o, err := parse(s.Bytes())
		if err != nil {
			return nil, fmt.Errorf("read what was seen: line %d: %w", n, err)
		}
		all = append(all, o)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read what was seen: %w", err)
	}
	return all, nil
}

func parse(text []byte) (Observation, error) {
	var l line
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return Observation{}, err
	}
	at, err := time.ParseDuration(l.At)
	switch {
	case err != nil:
		return Observation{}, err
	case l.Source == "" || l.Kind == "":
		return Observation{}, errors.New("it has no source or no kind")
	}
	if _, err := d.Token(); err != io.EOF {
		return Observation{}, errors.New("more follows the object")
	}
	return Observation{at, l.Source, l.Device, l.Kind, l.Subject, l.Fields}, nil
}

// Fields makes fields of anything that JSON can write as an object, as they read after a file.
func Fields(of any) (map[string]any, error) {
	text, err := json.Marshal(of)
	if err != nil {
		return nil, fmt.Errorf("make fields: %w", err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("make fields: %w", err)
	}
	return m, nil
}
