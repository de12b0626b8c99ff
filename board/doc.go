// Package board knows which board has which lamps and opens them as ready drivers.
//
// What uses a driver declares its own interface in basic types, so nothing of the firmware is imported here and
// the firmware imports nothing from here: whoever builds the program joins the two.
package board
