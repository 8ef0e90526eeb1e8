// Package state tells what each group and each of its positions is doing, since when and why.
//
// It is pure: a [Judge] is fed with readings and their history, takes the time from them, and keeps only what must
// outlive a reading: learned rhythms, and since when a state holds. The same code judges live and recorded readings.
package state
