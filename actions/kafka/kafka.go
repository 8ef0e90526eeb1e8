// Package kafka lists the actions on Kafka clusters, a folder each.
package kafka

import (
	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/groupdelete"
	"weir/actions/kafka/leaderelection"
	"weir/actions/kafka/offsetdelete"
	"weir/actions/kafka/recordskip"
	"weir/actions/kafka/reset"
)

// All gives every action on Kafka, for a Registry. c makes the connections: the seeing one for plans and checks, the
// acting one not before a run's first step.
func All(c cluster.Connect) []actions.Action {
	return []actions.Action{
		reset.Action{Connect: c},
		recordskip.Action{Connect: c},
		offsetdelete.Action{Connect: c},
		groupdelete.Action{Connect: c},
		leaderelection.Action{Connect: c},
	}
}
