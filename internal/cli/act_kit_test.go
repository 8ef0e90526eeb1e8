package cli

import (
	"context"
	"errors"

	"weir/actions"
	kafkaactions "weir/actions/kafka"
	"weir/actions/kafka/cluster"
	"weir/internal/config"
)

// registry holds the actions of the test, or those on Kafka without a way to any cluster.
func (s *shell) registry(...config.Cluster) *actions.Registry {
	if s.actions != nil {
		return actions.NewRegistry(s.actions...)
	}
	nowhere := func(context.Context, string) (cluster.Conn, error) {
		return nil, errors.New("no way to a cluster in a test")
	}
	return actions.NewRegistry(kafkaactions.All(cluster.Connect{Seeing: nowhere, Acting: nowhere})...)
}
