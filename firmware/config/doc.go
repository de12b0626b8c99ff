// Package config turns a device's YAML file into checked values: nothing downstream validates again.
//
// The unexported raw types mirror the file, and their comments are its reference (`edgeprobe config schema`
// prints them). A reader walks the YAML nodes into them and keeps every value's place; a builder checks what they
// mean together and fills each package's own Settings over that package's Defaults.
//
// Guarantees:
//   - Every problem is found at once and is one sentence: file, line, column, key, what is wrong, how to mend it.
//     The kinds of problem are one closed list, and each has an example in testdata/bad.
//   - A secret stands in the file only as a reference (file: or env:), and no problem, warning or text form of a
//     Config repeats its value.
//   - Reading is bounded, whatever the file holds: 1 MiB, 100000 values with aliases followed, 100 problems.
//
// YAML as people write it: durations are Go's (10s, 1m30s) and days (1d), sizes 200MB, 256MiB or plain bytes,
// shares 66% or 0.66. Anchors, aliases and merge keys work. Paths are relative to the file's directory.
package config
