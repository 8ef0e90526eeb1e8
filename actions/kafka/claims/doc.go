// Package claims keeps operators on different hosts apart by a log that all of them reach: partition 0 of a topic.
//
// Who wants resources appends a claim, and reads the log up to it: the earliest claim whose lease has not run out has them.
// A claim that finds one of its resources taken counts for nothing, and never will. So everybody reads the same winner out of
// the same log, there is one clock, that of the broker (the records bear LogAppendTime), and nothing is stolen.
//
// A lease is renewed by further records, and ends by a release, or by running out. The holder counts it by its own clock from
// the moment it sent the record, and relies on two thirds of it: the rest is for clocks of brokers that differ, for which it
// also asks the log before each step. It is advisory: Kafka's requests take no fencing token.
package claims
