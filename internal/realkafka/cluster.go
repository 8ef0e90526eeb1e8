package realkafka

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Options say what cluster to start. The zero value is one combined node of the newest line with a PLAINTEXT listener.
type Options struct {
	Nodes   int               // brokers, 0 means 1
	Version string            // Newest, which empty means, or Older
	Racks   []string          // of brokers 1, 2, …; shorter or nil leaves the rest without
	Props   map[string]string // server.properties of every node, over the harness's own
	SASL    bool              // a SASL_PLAINTEXT listener: PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512, each for every one of Users
	ACL     bool              // an authorizer; admin and whoever comes by PLAINTEXT may do all, others what ACLs allow
	TLS     bool              // an SSL listener that demands a client certificate, whose common name is the principal

	ExpiredTLS         bool // with TLS: the brokers' certificate ended an hour ago
	SeparateController bool // brokers are brokers only; one controller more has the id after theirs
}

// Cluster is a running cluster in the hands of one test.
type Cluster struct {
	*core
	t      testing.TB
	shared bool
}

// Start runs a cluster of the test's own, which may be broken at will and is killed when the test ends. If the test fails, the ends of
// the brokers' logs are printed.
func Start(t testing.TB, o Options) *Cluster {
	t.Helper()
	c, err := open(t, o)
	skipOrFail(t, err)
	t.Cleanup(func() {
		if err := c.stop(); err != nil {
			t.Errorf("stop cluster: %v", err)
		}
	})
	return hand(t, c, false)
}

// hand gives a running cluster to a test and prints the brokers' logs if that fails.
func hand(t testing.TB, c *core, shared bool) *Cluster {
	from := c.logged()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kafka %s:\n%s", c.jars.Version, c.tails(from))
		}
	})
	return &Cluster{core: c, t: t, shared: shared}
}

// open starts a cluster when a slot is free.
func open(t testing.TB, o Options) (*core, error) {
	o.Nodes = max(o.Nodes, 1)
	if o.Version == "" {
		o.Version = Newest
	}
	jars, err := prepare(o.Version)
	if err != nil {
		return nil, err
	}
	ctx, cancel := waitContext(t)
	defer cancel()
	began := time.Now()
	s, err := takeSlot(ctx, jars.cache)
	if err != nil {
		return nil, err
	}
	if waited := time.Since(began); waited > time.Second {
		t.Logf("waited %v for other tests' clusters", waited.Round(time.Second))
	}
	c, err := launch(context.Background(), jars, o, s)
	if err != nil {
		s.release()
		return nil, err
	}
	return c, nil
}

// waitContext ends shortly before the test binary's time is up, so that the reason is told.
func waitContext(t testing.TB) (context.Context, context.CancelFunc) {
	end := time.Now().Add(30 * time.Minute)
	if d, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if at, ok := d.Deadline(); ok {
			end = at.Add(-10 * time.Second)
		}
	}
	return context.WithDeadline(context.Background(), end)
}

var common struct { // the cluster that Shared hands out
	sync.Mutex
	core *core
	err  error
}

// Unhurried are Props that keep brokers that nobody kills: on a busy machine one may be late with its heartbeats by more than
// the session that is meant for those that die, and lose its leaderships to the others, and the controllers may not hear
// of each other for so long that they go on electing.
func Unhurried() map[string]string {
	return map[string]string{"broker.session.timeout.ms": "30000", "controller.quorum.fetch.timeout.ms": "10000"}
}

// Shared hands out the cluster that all tests of this binary share: three combined nodes of the newest line in racks r1, r2 and r3, with
// SASL and ACL as in Options. It can't be killed, stopped or paused; use Start for that. Main ends it.
func Shared(t testing.TB) *Cluster {
	t.Helper()
	common.Lock()
	if common.core == nil && common.err == nil {
		common.core, common.err = open(t, Options{Nodes: 3, Racks: []string{"r1", "r2", "r3"}, SASL: true, ACL: true, Props: Unhurried()})
	}
	c, err := common.core, common.err
	common.Unlock()
	skipOrFail(t, err)
	return hand(t, c, true)
}

// Main runs the tests of a package that uses Shared and ends the shared cluster. Its result is for os.Exit.
func Main(m *testing.M) int {
	code := m.Run()
	common.Lock()
	defer common.Unlock()
	if common.core == nil {
		return code
	}
	err := common.core.stop()
	common.core = nil
	if err != nil {
		fmt.Println("stop the shared cluster:", err)
		return max(code, 1)
	}
	return code
}

// ID is the cluster id.
func (c *Cluster) ID() string { return c.id }

// Version is the version of the brokers.
func (c *Cluster) Version() string { return c.jars.Version }

// PKI is the authority behind the TLS listener, nil without one.
func (c *Cluster) PKI() *PKI { return c.pki }

// Addr is the PLAINTEXT address of a broker.
func (c *Cluster) Addr(id int) string {
	c.t.Helper()
	n := c.node(id)
	return n.address(n.ports.plain)
}

// Seeds are the addresses of all brokers' PLAINTEXT listeners.
func (c *Cluster) Seeds() []string {
	return c.addresses(func(n *node) int { return n.ports.plain })
}

// SASLSeeds are the addresses of all brokers' SASL_PLAINTEXT listeners.
func (c *Cluster) SASLSeeds() []string {
	c.t.Helper()
	if !c.options.SASL {
		c.t.Fatal("the cluster was started without SASL")
	}
	return c.addresses(func(n *node) int { return n.ports.sasl })
}

// TLSSeeds are the addresses of all brokers' SSL listeners.
func (c *Cluster) TLSSeeds() []string {
	c.t.Helper()
	if !c.options.TLS {
		c.t.Fatal("the cluster was started without TLS")
	}
	return c.addresses(func(n *node) int { return n.ports.tls })
}

func (c *Cluster) addresses(port func(*node) int) []string {
	var all []string
	for _, n := range c.brokers() {
		all = append(all, n.address(port(n)))
	}
	return all
}

func (c *Cluster) node(id int) *node {
	c.t.Helper()
	if id < 1 || id > len(c.nodes) {
		c.t.Fatalf("the cluster has no node %d, it has 1 to %d", id, len(c.nodes))
	}
	return c.nodes[id-1]
}

// Client is a client of the PLAINTEXT listener, closed when the test ends.
func (c *Cluster) Client(t testing.TB, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(c.Seeds()...)}, opts...)...)
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	t.Cleanup(cl.Close)
	return cl
}
