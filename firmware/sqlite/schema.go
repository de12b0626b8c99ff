package sqlite

import "time"

// Schema is what a file must look like.
type Schema struct {
	Application int32    // PRAGMA application_id, not 0: whose file it is
	Steps       []string // migrations in order, each one transaction; their number is the file's user_version
	Tables      []string // what must be there after all steps
	MaxBytes    int64    // size of the file at most, then [Full]; 0 sets no bound
	// CheckTime is how long quick_check may take; a file too large for it is opened unchecked.
	CheckTime time.Duration
}

// Found is what stood at a path.
type Found string

// What can be found.
const (
	Fresh       Found = "fresh"       // nothing: a new file was made
	Opened      Found = "opened"      // the file, sound
	Quarantined Found = "quarantined" // something unusable: moved aside, a new file was made
)

// Report says what Open found and did.
type Report struct {
	Found     Found
	Why       string // why it was moved aside; "" unless Quarantined
	Moved     string // directory it was moved to; "" unless Quarantined
	Unchecked bool   // quick_check did not end in time
	Migrated  int    // steps that ran, those of a new file included
}
