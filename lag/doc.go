// Package lag holds what is true of a streaming system at one moment, and the arithmetic on it: topology, readings,
// lag, and what could not be seen.
//
// It imports the standard library only and does no I/O, reads no clock and starts no goroutine: time comes in as data.
// What is not known is [Unknown], what was looked for and does not exist is [None]; neither is ever zero, and both
// survive every sum.
package lag
