package demo

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// stage is the cluster and everything that runs on it. Scenarios put their cast on it.
type stage struct {
	seed  int64
	log   *slog.Logger
	net   network
	fake  *kfake.Cluster
	nodes []*node
	addrs []string
	edit  *editor
	admin *kadm.Client // of whoever set the cluster up

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	begun  chan struct{} // closed when every group is visible
	once   sync.Once

	groups []awaited
	apps   map[string]*application // by group
}

// awaited is a group that must be visible before the cluster counts as started.
type awaited struct {
	name    string
	members int
}

func newStage(seed int64, log *slog.Logger, net network) *stage {
	ctx, cancel := context.WithCancel(context.Background())
	return &stage{seed: seed, log: log, net: net, edit: newEditor(), ctx: ctx, cancel: cancel, begun: make(chan struct{})}
}

// open starts the brokers and the client that sets them up.
func (s *stage) open(ports []int) error {
	fake, err := kfake.NewCluster(
		kfake.Ports(ports...),
		kfake.ClusterID("weir-demo"),
		kfake.ListenFn(s.listen),
		brokerConfigs(),
	)
	if err != nil {
		s.cancel()
		return err
	}
	s.fake = fake
	for _, n := range s.nodes {
		_, port, _ := net.SplitHostPort(n.Addr().String())
		s.addrs = append(s.addrs, net.JoinHostPort("127.0.0.1", port))
	}
	s.noteModern()
	s.holdElections()
	cl, err := s.client("setup")
	if err != nil {
		s.close()
		return err
	}
	s.admin = kadm.NewClient(cl)
	return nil
}

// listen opens the listener of the next broker.
func (s *stage) listen(network, address string) (net.Listener, error) {
	ln, err := s.net.listen(network, address)
	if err != nil {
		return nil, err
	}
	n := newNode(ln, s.edit)
	s.nodes = append(s.nodes, n)
	return n, nil
}

// noteModern tells the editor which groups are not classic, from the heartbeats that only those send.
func (s *stage) noteModern() {
	note := func(group func(kmsg.Request) string) func(kmsg.Request) (kmsg.Response, error, bool) {
		return func(req kmsg.Request) (kmsg.Response, error, bool) {
			s.fake.KeepControl()
			s.edit.sawModern(group(req))
			return nil, nil, false
		}
	}
	s.fake.ControlKey(int16(kmsg.ConsumerGroupHeartbeat), note(func(r kmsg.Request) string {
		return r.(*kmsg.ConsumerGroupHeartbeatRequest).Group
	}))
	s.fake.ControlKey(int16(kmsg.ShareGroupHeartbeat), note(func(r kmsg.Request) string {
		return r.(*kmsg.ShareGroupHeartbeatRequest).GroupID
	}))
}

// client connects a client to the cluster. Canceling the stage ends its requests as a kill of its process would; that
// and the closing are the caller's.
func (s *stage) client(id string, opts ...kgo.Opt) (*kgo.Client, error) {
	return s.clientIn(s.ctx, id, opts...)
}

// clientIn is client with a life of its own: when ctx ends, the client says goodbye to nobody.
func (s *stage) clientIn(ctx context.Context, id string, opts ...kgo.Opt) (*kgo.Client, error) {
	base := []kgo.Opt{
		kgo.SeedBrokers(s.addrs...),
		kgo.ClientID(id),
		kgo.WithContext(ctx),
		kgo.MetadataMinAge(500 * time.Millisecond),
		kgo.MetadataMaxAge(time.Minute),
		kgo.DialTimeout(2 * time.Second),
		kgo.DisableClientMetrics(),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.ProducerLinger(0),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
	}
	if s.net.dial != nil {
		base = append(base, kgo.Dialer(s.net.dial))
	}
	cl, err := kgo.NewClient(append(base, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("client %s: %w", id, err)
	}
	return cl, nil
}

// spawn runs fn until the stage ends; close waits for it.
func (s *stage) spawn(fn func(context.Context)) {
	s.wg.Go(func() { fn(s.ctx) })
}

// at runs fn when d has passed since every group became visible.
func (s *stage) at(d time.Duration, fn func(context.Context)) {
	s.spawn(func(ctx context.Context) {
		select {
		case <-ctx.Done():
			return
		case <-s.begun:
		}
		if sleep(ctx, d) {
			fn(ctx)
		}
	})
}

// begin starts the clock of the scenario.
func (s *stage) begin() { s.once.Do(func() { close(s.begun) }) }

// expect makes the start wait until the group has so many members.
func (s *stage) expect(group string, members int) {
	s.groups = append(s.groups, awaited{group, members})
}

// awaitCast waits until the groups that were announced have their members.
func (s *stage) awaitCast() error {
	for _, g := range s.groups {
		_, err := s.fake.WaitGroupInfo(s.ctx, g.name, func(i *kfake.GroupInfo) bool {
			return i != nil && len(i.Members) >= g.members && (i.State == "Stable" || g.members == 0)
		})
		if err != nil {
			return fmt.Errorf("wait for group %s: %w", g.name, err)
		}
	}
	return nil
}

// random returns a source of its own for an actor, the same for the same seed and name.
func (s *stage) random(name string) *rand.Rand {
	h := uint64(14695981039346656037) // FNV-1a
	for _, b := range []byte(name) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(uint64(s.seed), h))
}

// close ends every client and then the brokers, which could not answer them any more.
func (s *stage) close() {
	s.cancel()
	s.wg.Wait()
	if s.admin != nil {
		s.admin.Close()
	}
	s.fake.Close()
}

// sleep waits for d and reports whether ctx lived that long.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// numbered returns name-1, name-2 …
func numbered(name string, i int) string { return name + "-" + strconv.Itoa(i+1) }
