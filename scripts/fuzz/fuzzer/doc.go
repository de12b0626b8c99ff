// Package fuzzer finds every fuzz target of a tree and runs one after the other with the go command, each for the same
// time, so that no target is forgotten and none takes the machine from the others. What fails does not stop the rest.
package fuzzer
