package config

import _ "embed" // schema.json

//go:embed schema.json
var schema string

// Schema returns the JSON Schema (2020-12) of the file. It knows structure, words and numeric limits; what only
// makes sense together, [Parse] alone checks. It is made from the raw types, and a test holds it to them.
func Schema() string { return schema }
