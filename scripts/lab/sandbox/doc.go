// Package sandbox gives a program a room of its own: a process tree, a network, mounts and a name that exist as long
// as the program does.
//
// What it guarantees: the room has no way to the host's network, its /run is empty and its own, and whatever way
// the program inside or outside ends (a return, Ctrl-C, kill -9), the kernel ends every process of the room and with
// the last of them the room's namespaces and mounts. No clean-up code has to run, and nothing is written that could
// be left behind: which rooms there are is read from /proc.
//
// A program that uses it calls [Settle] first of all in main. It works as root, and as anybody else where the kernel
// allows user namespaces.
package sandbox
