// Package flat reads the two requests that make up a refresh, OffsetFetch for many groups and ListOffsets for many
// partitions, without building an object for each of the half million numbers in their replies. A request carries
// bytes made beforehand; a reply keeps the bytes that arrived and is walked once, value by value, into the caller's
// columns.
//
// The walkers trust nothing: a truncated or hostile reply is an error that wraps [ErrMalformed], never a panic, and
// nothing is allocated by a length that the reply names.
package flat
