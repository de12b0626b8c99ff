package scenario

import _ "embed" // schema.json

//go:embed schema.json
var schema string

// Schema returns the JSON Schema of a scenario file, for editors and reviewers.
func Schema() string { return schema }
