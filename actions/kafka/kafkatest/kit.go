// Package kafkatest is for the tests of the actions on Kafka: a cluster in memory, an Executor on a journal of its own,
// and a crash that can be put before or after any audit write and any request.
package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/audit"
	"weir/actions/kafka/cluster"
	"weir/internal/config"
	"weir/internal/kafka"
	"weir/internal/kafka/tap"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Cluster is the name of the cluster in a test's refs.
const Cluster = "test"

// World is a cluster with everything around it that an action needs.
type World struct {
	T      testing.TB
	Seeds  []string
	Seen   *tap.Recorder // what seeing clients sent
	Acted  *tap.Recorder // what acting clients sent
	Admin  *kadm.Client
	Client *kgo.Client
	Crash  *Crash
	Wire   Wire
	Log    *audit.Log
	Dir    string
	// Login, when set, gives the brokers and the login that clients of a role take in place of Seeds and none.
	Login func(kafka.Role) ([]string, config.Security)

	mu     sync.Mutex
	before map[int16]func()
}

// Fake starts a cluster in memory; topics have three partitions.
func Fake(t testing.TB, opts ...kfake.Opt) (*World, *kfake.Cluster) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(3), kfake.SleepOutOfOrder(),
		kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0"})}, opts...)...)
	Must(t, err)
	t.Cleanup(c.Close)
	return On(t, c.ListenAddrs()), c
}

// On makes a world around a cluster that runs; opts are those of its own client, which may do anything.
func On(t testing.TB, seeds []string, opts ...kgo.Opt) *World {
	t.Helper()
	w := &World{T: t, Seeds: seeds, Seen: &tap.Recorder{}, Acted: &tap.Recorder{}, Dir: t.TempDir(), Crash: &Crash{}}
	var err error
	w.Client, err = kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(seeds...), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MetadataMinAge(50 * time.Millisecond)}, opts...)...)
	Must(t, err)
	t.Cleanup(w.Client.Close)
	w.Admin = kadm.NewClient(w.Client)
	w.Log, err = audit.Open(t.Context(), audit.Options{Dir: w.Dir + "/audit", Who: audit.Identify("")})
	Must(t, err)
	t.Cleanup(func() { _ = w.Log.Close() })
	return w
}

// Connect gives connections that the world's Crash can cut, each recorded.
func (w *World) Connect() cluster.Connect {
	return cluster.Connect{Seeing: w.dial(kafka.Seeing, w.Seen), Acting: w.dial(kafka.Acting, w.Acted)}
}

func (w *World) dial(role kafka.Role, r *tap.Recorder) func(context.Context, string) (cluster.Conn, error) {
	return func(ctx context.Context, name string) (cluster.Conn, error) {
		if name != Cluster {
			return nil, fmt.Errorf("no cluster %q", name)
		}
		at := config.Cluster{Name: name, Brokers: w.Seeds, Timeout: 10 * time.Second}
		if w.Login != nil {
			at.Brokers, at.Security = w.Login(role)
		}
		c, err := kafka.Dial(ctx, at, role, kafka.Options{DialContext: w.Wire.dial,
			WrapConn: func(addr string, c net.Conn) net.Conn { return r.Wrap(addr, w.Wire.wrap(addr, c)) }})
		if err != nil {
			return nil, err
		}
		return cutConn{w, cluster.Of(c)}, nil
	}
}

// Executor makes one on the world's journal, which the world's Crash can cut.
func (w *World) Executor(all ...actions.Action) *actions.Executor {
	return &actions.Executor{Log: w.Crash.journal(w.Log), Registry: actions.NewRegistry(all...), Dir: w.Dir}
}

// Group names a group of the cluster.
func Group(name string) lag.Ref {
	return lag.Ref{Cluster: Cluster, Kind: lag.KindGroup, Name: name}
}

// Plan makes a plan or ends the test.
func Plan(t testing.TB, x *actions.Executor, req actions.Request) actions.Plan {
	t.Helper()
	p, err := x.Registry.Plan(t.Context(), req)
	Must(t, err)
	return p
}

// Consent is all the consent there can be to a plan.
func Consent(p actions.Plan) actions.Consent {
	return actions.Consent{Digest: p.Digest, Yes: true, Name: p.Target.Cluster + "/" + p.Target.Name, Who: "test", Via: "test", Reason: "a test", At: time.Now()}
}

// Topic makes a topic.
func (w *World) Topic(name string, partitions int32) {
	w.T.Helper()
	_, err := w.Admin.CreateTopic(w.T.Context(), partitions, 1, nil, name)
	Must(w.T, err)
}

// Produce writes n records, each a batch of its own, one second apart from base on.
func (w *World) Produce(topic string, partition int32, n int, base time.Time) {
	w.T.Helper()
	for i := range n {
		r := &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Appendf(nil, "%d", i), Timestamp: base.Add(time.Duration(i) * time.Second)}
		Must(w.T, w.Client.ProduceSync(w.T.Context(), r).FirstErr())
	}
}

// Commit commits for a group without members.
func (w *World) Commit(group string, offsets ...kadm.Offset) {
	w.T.Helper()
	var all kadm.Offsets
	for _, o := range offsets {
		all.Add(o)
	}
	Must(w.T, w.Admin.CommitAllOffsets(w.T.Context(), group, all))
}

// Committed gives what a group has committed, by topic:partition.
func (w *World) Committed(group string) map[string]kadm.Offset {
	w.T.Helper()
	got, err := w.Admin.FetchOffsets(w.T.Context(), group)
	out := map[string]kadm.Offset{}
	if errors.Is(err, kerr.GroupIDNotFound) { // kfake's answer for a group that isn't there
		return out
	}
	Must(w.T, err)
	got.Each(func(o kadm.OffsetResponse) {
		Must(w.T, o.Err)
		if o.At >= 0 {
			out[fmt.Sprintf("%s:%d", o.Topic, o.Partition)] = o.Offset
		}
	})
	return out
}

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ErrCrash is what everything answers after a crash.
var ErrCrash = errors.New("crashed")

// Crash counts audit writes and requests, and cuts weir off at one of them: from there on nothing reaches disk or wire,
// as if the process had been killed.
type Crash struct {
	mu    sync.Mutex
	at    int // the point, from 1; 0 for none
	after bool
	n     int
	down  bool
	Point string // what was cut, for a message
	// Only picks the points that count; nil is all.
	Only func(what string) bool
}

// Arm sets the crash to the nth point from now on, before it takes effect or after that.
func (c *Crash) Arm(n int, after bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.after, c.n, c.down, c.Point = n, after, 0, false, ""
}

// Disarm ends the crash and tells how many points were passed.
func (c *Crash) Disarm() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.at, c.n, c.down = 0, 0, false
	return n
}

// Down tells whether it has happened.
func (c *Crash) Down() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.down
}

// Pass does something at a point, unless that is where it ends.
func (c *Crash) Pass(what string, do func() error) error {
	c.mu.Lock()
	if c.down {
		c.mu.Unlock()
		return ErrCrash
	}
	counts := c.Only == nil || c.Only(what)
	if counts {
		c.n++
	}
	hit := counts && c.at > 0 && c.n == c.at
	if hit {
		c.down, c.Point = true, what
	}
	after := c.after
	c.mu.Unlock()
	if !hit {
		return do()
	}
	if after {
		if err := do(); err != nil {
			return errors.Join(ErrCrash, err)
		}
	}
	return ErrCrash
}

// Before has do called once, in the goroutine of the run, when the next request of a kind is about to be sent: to which
// broker is settled by then.
func (w *World) Before(key kmsg.Key, do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.before == nil {
		w.before = map[int16]func(){}
	}
	w.before[int16(key)] = do
}

func (w *World) strike(key int16) {
	w.mu.Lock()
	do := w.before[key]
	delete(w.before, key)
	w.mu.Unlock()
	if do != nil {
		do()
	}
}

// cutConn is a connection that the world's Crash can cut.
type cutConn struct {
	w     *World
	under cluster.Conn
}

func (k cutConn) Request(ctx context.Context, req kmsg.Request) (resp kmsg.Response, err error) {
	err = k.w.Crash.Pass(kmsg.NameForKey(req.Key()), func() error { resp, err = k.under.Request(ctx, req); return err })
	return resp, err
}

func (k cutConn) Once(ctx context.Context, broker int32, req kmsg.Request) (resp kmsg.Response, err error) {
	k.w.strike(req.Key())
	err = k.w.Crash.Pass(kmsg.NameForKey(req.Key()), func() error { resp, err = k.under.Once(ctx, broker, req); return err })
	return resp, err
}

func (k cutConn) Close() { k.under.Close() }

func (c *Crash) journal(under *audit.Log) actions.Journal { return cutLog{under, c} }

type cutLog struct {
	*audit.Log
	c *Crash
}

func (l cutLog) Append(ctx context.Context, e audit.Entry) (r audit.Receipt, err error) {
	err = l.c.Pass("audit "+string(e.Stage)+" "+e.Step, func() error { r, err = l.Log.Append(ctx, e); return err })
	return r, err
}
