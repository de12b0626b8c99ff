// Package run plays scenarios on the lab's world and has them judged.
//
// [Play] plays one on a [World]; [All] plays many, each in a process and room of its own, as many at once as it is
// told. A scenario's time begins when the world has settled, so how long a machine takes to build it changes nothing
// that is expected. Whatever happens, the world is stopped before Play returns.
package run
