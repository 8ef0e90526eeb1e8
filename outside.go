package main

import (
	"context"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/anchor"
	"weir/actions/kafka/claims"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/wire"
)

func newAnchor(on config.Cluster, topic, origin string) audit.Anchor {
	return anchor.New(on, topic, origin, kafka.Options{Version: version()})
}

func newClaims(on config.Cluster, c config.Claims) actions.Claims {
	return claims.OnTopic(on, c, kafka.Options{Version: version()})
}

func examineAnchor(ctx context.Context, on config.Cluster, topic string) []wire.Check {
	a := anchor.New(on, topic, "", kafka.Options{Version: version()})
	defer func() { _ = a.Close() }() // it has nothing to lose
	return checks(on, a.Examine(ctx))
}

func examineClaims(ctx context.Context, on config.Cluster, c config.Claims) []wire.Check {
	return checks(on, claims.Examine(ctx, on, c, kafka.Options{Version: version()}))
}
