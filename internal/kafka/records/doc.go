// Package records reads records of one partition, at an offset or around it, without a group and without committing: what
// a person wants to look at, and what is about to be skipped. It reads from the partition's leader, as much as was asked
// for and no more, and says what is not there, and why.
//
// Nothing that comes from a broker is believed: batches are bounded in what they may decompress to, and one that can't be
// read is told with its offsets instead of being passed over.
package records
