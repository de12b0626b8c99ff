// Package house holds the rules of the house as code: which package may import which, what the pure packages
// may not touch, where goroutines start, and what every package owes its reader.
//
// [Inspect] reads the source alone; it builds and runs nothing, so it holds for every build tag at once. Its test
// inspects this very tree, and each rule is seen to fail on a small tree that breaks it.
package house
