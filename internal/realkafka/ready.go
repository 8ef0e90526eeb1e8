package realkafka

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const readyPoll = 20 * time.Millisecond

// until polls a state of the cluster until it holds. The last reason why it did not is part of the error.
func until(ctx context.Context, what string, holds func(context.Context) error) error {
	poll := time.NewTicker(readyPoll)
	defer poll.Stop()
	for {
		err := holds(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w: last seen: %w", what, ctx.Err(), err)
		case <-poll.C:
		}
	}
}

// ready waits until each of these brokers answers and lists all of them; a process that ends meanwhile ends the wait.
func (c *core) ready(ctx context.Context, brokers ...*node) error {
	var seeds []string
	for _, n := range brokers {
		seeds = append(seeds, n.address(n.ports.plain))
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(seeds...), kgo.RequestRetries(0), kgo.DialTimeout(time.Second))
	if err != nil {
		return err
	}
	defer cl.Close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err = until(ctx, "the brokers", func(ctx context.Context) error {
		for _, n := range c.nodes {
			if n.proc != nil && !n.alive() && slices.Contains(brokers, n) {
				cancel(fmt.Errorf("node %d ended while it started", n.id))
			}
		}
		return c.answer(ctx, cl, brokers)
	})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return fmt.Errorf("%w (%w)", cause, err)
	}
	return err
}

// answer asks each broker for its view and tries its other listeners.
func (c *core) answer(ctx context.Context, cl *kgo.Client, brokers []*node) error {
	for i, seed := range cl.SeedBrokers() {
		if err := knows(ctx, seed, brokers); err != nil {
			return fmt.Errorf("broker %d: %w", brokers[i].id, err)
		}
		for _, port := range c.otherPorts(brokers[i]) {
			if err := accepts(ctx, brokers[i].address(port)); err != nil {
				return fmt.Errorf("broker %d: %w", brokers[i].id, err)
			}
		}
	}
	return nil
}

// knows tells whether a broker lists all of these.
func knows(ctx context.Context, seed *kgo.Broker, brokers []*node) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	meta, err := view(ctx, seed)
	if err != nil {
		return err
	}
	for _, n := range brokers {
		if !lists(meta, n.id) {
			return fmt.Errorf("does not list broker %d yet", n.id)
		}
	}
	return nil
}

func (c *core) otherPorts(n *node) []int {
	var ports []int
	if c.options.SASL {
		ports = append(ports, n.ports.sasl)
	}
	if c.options.TLS {
		ports = append(ports, n.ports.tls)
	}
	return ports
}

func accepts(ctx context.Context, address string) error {
	d := net.Dialer{Timeout: time.Second}
	conn, err := d.DialContext(ctx, "tcp4", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

func (n *node) address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
