// Package yardstick measures what edgeprobe costs, beside the plainest program that does the same, and holds the
// figures to the budgets of the design.
//
// What is compared is measured in one run, in alternating rounds, so that whatever else the machine does falls on both.
// The server is a process of its own: CPU time is the client's alone.
package yardstick
