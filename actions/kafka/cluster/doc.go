// Package cluster is what the actions on Kafka share: the two connections, and reads of groups, commits, topics and
// offsets, each told in the terms of a plan. Nothing in it changes a cluster.
package cluster
