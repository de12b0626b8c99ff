package wire

import (
	"embed"
	"io/fs"
)

//go:embed schema
var schema embed.FS

// Schemas holds a JSON Schema (2020-12) for each JSON payload, named for its kind ("decision.json"), and
// asyncapi.yaml, the AsyncAPI 3 document of the feed.
func Schemas() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}
