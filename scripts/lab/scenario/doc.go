// Package scenario turns a YAML file into a checked [Scenario]: what is done to the lab's world, what was then really
// so, what must be seen of it and what must never be.
//
// The unexported raw types mirror the file, and their comments are its reference: schema.json, which `lab schema`
// prints, is made from them. The README of scripts/lab teaches the format by an example.
//
// Guarantees:
//   - Every problem is found at once, and is one sentence with file, line, column and key, and how to mend it. A key
//     that is not known, a fault that the lab cannot do and a name that nothing has are problems: what is misspelled
//     in a "never" would otherwise always hold.
//   - All moments of a checked scenario are times since its start, whichever fault the file names them by.
//   - Reading is bounded, whatever the file holds: 1 MiB, 20000 values with aliases followed, 50 problems.
package scenario
