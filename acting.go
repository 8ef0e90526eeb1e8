package main

import (
	"context"
	"fmt"
	"slices"

	"weir/actions"
	kafkaactions "weir/actions/kafka"
	"weir/actions/kafka/cluster"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/query"
)

// registry is what can be done, on the clusters given. Acting connections are refused to clusters that are read-only.
func registry(clusters ...config.Cluster) *actions.Registry {
	return actions.NewRegistry(kafkaactions.All(cluster.Connect{
		Seeing: connector(kafka.Seeing, clusters), Acting: connector(kafka.Acting, clusters),
		Applications: applications(clusters),
	})...)
}

// applications looks up what stands behind a group.
func applications(clusters []config.Cluster) cluster.Applications {
	return func(name, group string) (*cluster.Application, error) {
		for _, c := range clusters {
			if c.Name != name {
				continue
			}
			for _, app := range c.Applications {
				knows := slices.ContainsFunc(app.Groups, func(pattern string) bool {
					g, err := query.ParseGlob(pattern)
					return err == nil && g.Match(group)
				})
				if !knows {
					continue
				}
				app, err := app.For(group)
				if err != nil {
					return nil, err
				}
				return &cluster.Application{Stop: app.Stop, Start: app.Start, Timeout: app.Timeout, Empty: app.Empty}, nil
			}
		}
		return nil, nil
	}
}

func connector(role kafka.Role, clusters []config.Cluster) func(context.Context, string) (cluster.Conn, error) {
	return func(ctx context.Context, name string) (cluster.Conn, error) {
		for _, c := range clusters {
			switch {
			case c.Name != name:
				continue
			case role == kafka.Acting && c.Mode == config.ReadOnly:
				return nil, actions.Fail(actions.ErrRefused, "cluster "+name+" is read-only", "")
			}
			client, err := kafka.Dial(ctx, c, role, kafka.Options{Version: version()})
			if err != nil {
				return nil, err
			}
			return known(ctx, c, cluster.Of(client))
		}
		return nil, fmt.Errorf("no cluster %q is at hand", name)
	}
}

// known refuses a cluster that isn't the one of the configuration.
func known(ctx context.Context, c config.Cluster, conn cluster.Conn) (cluster.Conn, error) {
	if c.ID == "" {
		return conn, nil
	}
	id, err := cluster.ID(ctx, conn)
	if err == nil && id != c.ID {
		err = actions.Fail(actions.ErrRefused, fmt.Sprintf("cluster %s is to have id %s, and what answers has id %s", c.Name, c.ID, id), "see where its brokers' names lead, or correct id in the configuration")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// identify asks a cluster who it is.
func identify(ctx context.Context, c config.Cluster) (config.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	client, err := kafka.Dial(ctx, c, kafka.Seeing, kafka.Options{Version: version()})
	if err != nil {
		return config.Identity{}, err
	}
	conn := cluster.Of(client)
	defer conn.Close()
	id, brokers, err := cluster.Identify(ctx, conn)
	return config.Identity{ID: id, Brokers: brokers}, err
}
