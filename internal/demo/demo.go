package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

const (
	brokers = 3
	// sessionTimeout is the shortest session a broker allows by default.
	sessionTimeout = 6 * time.Second
	// brokerSession is how long a dead broker stays listed (broker.session.timeout.ms of Apache Kafka, default 9 s).
	brokerSession = 9 * time.Second
	heartbeat     = 300 * time.Millisecond
	commitEvery   = time.Second
)

// Options says how to start the cluster. The zero value is the steady scenario on free ports.
type Options struct {
	Scenario string       // name of a scenario; "" is steady
	Listen   string       // 127.0.0.1:PORT for the first broker; "" takes a free port
	Seed     int64        // of keys, sizes and jitter; the same seed gives the same traffic
	Log      *slog.Logger // what the cast meets; nil discards
}

// Cluster is a running cluster with its cast of clients.
type Cluster struct {
	scenario Scenario
	stage    *stage
}

// Start brings the cluster up, and returns when every group of the scenario is visible to any client. Canceling ctx
// ends the start, not the cluster: that is Close.
func Start(ctx context.Context, opts Options) (*Cluster, error) {
	ports, err := listenPorts(opts.Listen)
	if err != nil {
		return nil, err
	}
	return start(ctx, opts, ports, network{listen: net.Listen})
}

func start(ctx context.Context, opts Options, ports []int, net network) (*Cluster, error) {
	sc, err := find(opts.Scenario)
	if err != nil {
		return nil, err
	}
	log := opts.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	st := newStage(opts.Seed, log, net)
	if err := st.open(ports); err != nil {
		return nil, fmt.Errorf("start the embedded cluster: %w", err)
	}
	c := &Cluster{scenario: sc, stage: st}
	if err := c.play(ctx); err != nil {
		c.Close()
		return nil, fmt.Errorf("start scenario %s: %w", sc.Name, err)
	}
	return c, nil
}

// play puts the scenario on the stage and waits until its groups can be seen.
func (c *Cluster) play(ctx context.Context) error {
	stop := context.AfterFunc(ctx, c.stage.cancel)
	defer stop()
	if err := c.scenario.play(c.stage); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	if err := c.stage.awaitCast(); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	c.stage.begin()
	return ctx.Err()
}

// Brokers returns the addresses of the brokers, host:port.
func (c *Cluster) Brokers() []string { return slices.Clone(c.stage.addrs) }

// Scenario returns what is being played.
func (c *Cluster) Scenario() Scenario { return c.scenario }

// Close ends the clients, then the brokers. It may be called again.
func (c *Cluster) Close() { c.stage.close() }

// listenPorts returns the ports of the brokers: the first as asked for, 0 for any.
func listenPorts(listen string) ([]int, error) {
	ports := make([]int, brokers)
	if listen == "" {
		return ports, nil
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: %w; write 127.0.0.1:PORT", listen, err)
	}
	if host != "127.0.0.1" && host != "localhost" {
		return nil, fmt.Errorf("listen address %q: the embedded cluster has no security and listens on loopback only; write 127.0.0.1:PORT", listen)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("listen address %q: the port must be a number from 0 to 65535", listen)
	}
	ports[0] = int(n)
	return ports, nil
}

// brokerConfigs are the settings in which these brokers differ from the defaults.
func brokerConfigs() kfake.Opt {
	ms := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	return kfake.BrokerConfigs(map[string]string{
		"group.consumer.heartbeat.interval.ms": ms(heartbeat),
		"group.consumer.session.timeout.ms":    ms(sessionTimeout),
		"group.share.heartbeat.interval.ms":    ms(heartbeat),
		"group.share.session.timeout.ms":       ms(sessionTimeout),
		"log.cleaner.backoff.ms":               ms(5 * time.Second), // how often retention is applied
		"log.segment.bytes":                    strconv.Itoa(256 << 10),
	})
}
