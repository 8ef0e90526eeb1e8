package realkafka

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// own refuses what would break the cluster for other tests.
func (c *Cluster) own(id int) *node {
	c.t.Helper()
	if c.shared {
		c.t.Fatal("the shared cluster serves other tests too: use Start to get one that may be broken")
	}
	return c.node(id)
}

// Kill ends a node as kill -9 does. The others take it for live until its session ends, 2 s later.
func (c *Cluster) Kill(id int) {
	c.t.Helper()
	c.own(id).kill()
}

// Stop asks a node to end cleanly and tells whether it did within d; if not, it still runs. Without the other combined nodes' quorum it never does.
func (c *Cluster) Stop(id int, d time.Duration) bool {
	c.t.Helper()
	return c.own(id).terminate(d)
}

// Pause makes a node hang: its connections stay, nothing answers.
func (c *Cluster) Pause(id int) {
	c.t.Helper()
	c.signal(id, syscall.SIGSTOP)
	c.node(id).paused = true
}

// Resume ends a Pause.
func (c *Cluster) Resume(id int) {
	c.t.Helper()
	c.signal(id, syscall.SIGCONT)
	c.node(id).paused = false
}

func (c *Cluster) signal(id int, s syscall.Signal) {
	c.t.Helper()
	n := c.own(id)
	if !n.alive() {
		c.t.Fatalf("node %d does not run", id)
	}
	if err := n.proc.Signal(s); err != nil {
		c.t.Fatalf("signal node %d: %v", id, err)
	}
}

// Restart starts nodes that were killed or stopped, on their old folders and ports, and waits until the brokers among them answer and
// know each other again; where all were gone, a majority of the controllers must start at once, because none is ready without it. Their
// replicas may still be out of sync: see WaitISR.
func (c *Cluster) Restart(ids ...int) {
	c.t.Helper()
	var brokers []*node
	for _, id := range ids {
		n := c.own(id)
		if n.alive() {
			c.t.Fatalf("node %d runs already", id)
		}
		n.paused = false
		if err := c.startNode(n); err != nil {
			c.t.Fatal(err)
		}
		if n.broker {
			brokers = append(brokers, n)
		}
	}
	if len(brokers) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	if err := c.ready(ctx, brokers...); err != nil {
		c.t.Fatalf("restart nodes %v: %v", ids, err)
	}
}

// WaitISR waits until every broker that runs sees every partition of the topic with a leader and n replicas in sync.
func (c *Cluster) WaitISR(topic string, n int) {
	c.t.Helper()
	what := fmt.Sprintf("%d replicas of %s in sync", n, topic)
	c.eachBroker(c.t, what, func(ctx context.Context, b *kgo.Broker) error { return inSync(ctx, b, topic, n) })
}

// WaitGone waits until no broker that runs lists this one: its session has ended.
func (c *Cluster) WaitGone(id int) {
	c.t.Helper()
	c.eachBroker(c.t, fmt.Sprintf("broker %d to be gone", id), func(ctx context.Context, b *kgo.Broker) error {
		meta, err := view(ctx, b)
		if err == nil && lists(meta, id) {
			err = fmt.Errorf("broker %d is listed", id)
		}
		return err
	})
}
