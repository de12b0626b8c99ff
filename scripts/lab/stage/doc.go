// Package stage is the lab's world as a run needs it: it builds the world that a scenario describes, does its deeds
// with package fault, and reads what is left behind.
package stage
