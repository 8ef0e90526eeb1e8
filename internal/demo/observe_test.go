package demo

import (
	"context"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// observer looks at a cluster as any Kafka tool would: over a connection of its own, with plain requests.
type observer struct {
	*testing.T
	begun   time.Time // before the cluster was
	cluster *Cluster
	cl      *kgo.Client
	adm     *kadm.Client
}

// watch plays a scenario in a bubble where time passes at once, one after the other: they take the processor, and those that
// are live come after them. The bubble fails the test when a goroutine outlives
// Close. It can't hold scenarios in which classic groups rebalance after their start: a franz-go member waits for its
// commit lock while it joins, and a bubble's clock stands while anybody waits for a lock.
func watch(t *testing.T, scenario string, fn func(*observer)) {
	t.Helper()
	virtually(t, scenario, func(o *observer) {
		fn(o)
		o.background()
	})
}

func virtually(t *testing.T, scenario string, fn func(*observer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var wire kfake.VirtualNetwork
		observe(t, scenario, []int{9092, 9093, 9094}, network{listen: wire.Listen, dial: wire.DialContext}, fn)
	})
}

// tell is watch, and holds what weir tells of the scenario, while time passes, to what it says should be seen, and by when.
func tell(t *testing.T, scenario string, fn func(*observer)) {
	t.Helper()
	virtually(t, scenario, func(o *observer) {
		w := o.listen()
		fn(o)
		o.background()
		w.hold()
	})
}

// live plays a scenario over loopback sockets, while time passes as it does.
func live(t *testing.T, scenario string, fn func(*observer)) {
	t.Helper()
	t.Parallel()
	if testing.Short() {
		t.Skip("takes its time")
	}
	observe(t, scenario, make([]int, brokers), network{listen: net.Listen, dial: new(net.Dialer).DialContext}, fn)
}

// tellLive is live as [tell] is watch.
func tellLive(t *testing.T, scenario string, fn func(*observer)) {
	t.Helper()
	live(t, scenario, func(o *observer) {
		w := o.listen()
		fn(o)
		w.hold()
	})
}

func observe(t *testing.T, scenario string, ports []int, net network, fn func(*observer)) {
	t.Helper()
	begun := time.Now()
	c, err := start(t.Context(), Options{Scenario: scenario, Seed: 7}, ports, net)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	o := &observer{T: t, begun: begun, cluster: c}
	o.connect()
	defer func() { o.cl.Close() }()
	var listed map[string]kmsg.ListGroupsResponseGroup
	o.eventually(longest, "what groups there are, from every broker", func() bool { // one may have been killed meanwhile
		listed, err = o.list()
		return err == nil
	})
	for _, e := range c.Scenario().Expect {
		if _, ok := listed[e.Group]; !ok {
			o.Errorf("%s is expected, but not listed", e.Group)
		}
	}
	fn(o)
}

// connect takes a new client, which knows nothing from before.
func (o *observer) connect() {
	o.Helper()
	if o.cl != nil {
		o.cl.Close()
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(o.cluster.Brokers()[0]), kgo.Dialer(o.cluster.stage.net.dial),
		kgo.ClientID("observer"), kgo.MetadataMinAge(100*time.Millisecond))
	if err != nil {
		o.Fatal(err)
	}
	o.cl, o.adm = cl, kadm.NewClient(cl)
}

// background checks that what scenarios have in the background is well beside the trouble.
func (o *observer) background() {
	o.Helper()
	for group, topic := range map[string]topic{ordersBilling: orders, warehouse: shipments, paymentsLedger: payments, clicksSessions: clicks, shipmentsETA: shipments} {
		if lag := o.lag(group, topic.name); lag > 200 {
			o.Errorf("%s in the background is %d behind on %s", group, lag, topic.name)
		}
	}
}

// longest is how long a test waits for what must come while time passes as it does: a slow machine takes its time, and looks
// so seldom that it misses what lasts a second.
const longest = 3 * time.Minute

// eventually waits until a fact can be seen, and fails the test when it can't be for so long.
func (o *observer) eventually(within time.Duration, what string, fact func() bool) {
	o.Helper()
	for end := time.Now().Add(within); !fact(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			o.Fatalf("not seen in %s: %s", within, what)
		}
	}
}

// ask puts a request to one broker, and fails the test without an answer.
func ask[R kmsg.Response](o *observer, broker int32, req kmsg.Request) R {
	o.Helper()
	resp, err := o.cl.Broker(int(broker)).Request(o.Context(), req)
	if err != nil {
		o.Fatalf("%s of broker %d: %v", kmsg.NameForKey(req.Key()), broker, err)
	}
	return resp.(R)
}

// listed returns all groups by name, each as the broker that coordinates it lists it.
func (o *observer) listed() map[string]kmsg.ListGroupsResponseGroup {
	o.Helper()
	all, err := o.list()
	if err != nil {
		o.Fatalf("list of groups: %v", err)
	}
	return all
}

func (o *observer) list() (map[string]kmsg.ListGroupsResponseGroup, error) {
	all := map[string]kmsg.ListGroupsResponseGroup{}
	for _, shard := range o.cl.RequestSharded(o.Context(), kmsg.NewPtrListGroupsRequest()) {
		if shard.Err != nil {
			return nil, shard.Err
		}
		for _, g := range shard.Resp.(*kmsg.ListGroupsResponse).Groups {
			all[g.Group] = g
		}
	}
	return all, nil
}

// commits returns what a group has committed.
func (o *observer) commits(group string) kadm.OffsetResponses {
	o.Helper()
	offsets, err := o.adm.FetchOffsets(o.Context(), group)
	if err != nil {
		o.Fatalf("commits of %s: %v", group, err)
	}
	return offsets
}

// ends returns the ends of a topic's partitions.
func (o *observer) ends(topic string) map[int32]int64 {
	o.Helper()
	return o.offsets(o.adm.ListEndOffsets, topic)
}

// starts returns the log starts of a topic's partitions.
func (o *observer) starts(topic string) map[int32]int64 {
	o.Helper()
	return o.offsets(o.adm.ListStartOffsets, topic)
}

// stable returns the last stable offsets of a topic's partitions.
func (o *observer) stable(topic string) map[int32]int64 {
	o.Helper()
	return o.offsets(o.adm.ListCommittedOffsets, topic)
}

func (o *observer) offsets(list func(context.Context, ...string) (kadm.ListedOffsets, error), topic string) map[int32]int64 {
	o.Helper()
	listed, err := list(o.Context(), topic)
	if err == nil {
		err = listed.Error()
	}
	if err != nil {
		o.Fatalf("offsets of %s: %v", topic, err)
	}
	out := map[int32]int64{}
	listed.Each(func(l kadm.ListedOffset) { out[l.Partition] = l.Offset })
	return out
}

// lag returns the distance of a group's commits to the ends, summed over the partitions with a commit. Commits are
// read first: a negative lag would be a lie of the cluster.
func (o *observer) lag(group, topic string) int64 {
	o.Helper()
	committed := o.commits(group)[topic]
	ends := o.ends(topic)
	var sum int64
	for p, c := range committed {
		if c.At > ends[p] {
			o.Errorf("%s %s:%d committed %d beyond the end %d", group, topic, p, c.At, ends[p])
		}
		sum += ends[p] - c.At
	}
	return sum
}

// still returns which partitions of a topic a group did not commit on in the time given, and which it did.
func (o *observer) still(group, topic string, d time.Duration) (still, moved []int32) {
	o.Helper()
	before := o.commits(group)[topic]
	time.Sleep(d)
	after := o.commits(group)[topic]
	for p := range after {
		if before[p].At == after[p].At {
			still = append(still, p)
		} else {
			moved = append(moved, p)
		}
	}
	slices.Sort(still)
	slices.Sort(moved)
	return still, moved
}

// state returns how a classic group is described, and how many members it has.
func (o *observer) state(group string) (string, int) {
	o.Helper()
	groups, err := o.adm.DescribeGroups(o.Context(), group)
	if err != nil {
		o.Fatalf("group %s: %v", group, err)
	}
	return groups[group].State, len(groups[group].Members)
}

// coordinator returns the broker that coordinates a group.
func (o *observer) coordinator(group string) int32 {
	o.Helper()
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.CoordinatorKeys = []string{group}
	c := ask[*kmsg.FindCoordinatorResponse](o, 0, req).Coordinators[0]
	if c.ErrorCode != 0 {
		o.Fatal(kerr.ErrorForCode(c.ErrorCode))
	}
	return c.NodeID
}

// partition returns what a broker's metadata says of a partition.
func (o *observer) partition(topic string, p int32) kmsg.MetadataResponseTopicPartition {
	o.Helper()
	req := kmsg.NewPtrMetadataRequest()
	rt := kmsg.NewMetadataRequestTopic()
	rt.Topic = kmsg.StringPtr(topic)
	req.Topics = append(req.Topics, rt)
	for _, got := range ask[*kmsg.MetadataResponse](o, 0, req).Topics[0].Partitions {
		if got.Partition == p {
			return got
		}
	}
	o.Fatalf("no partition %s:%d", topic, p)
	return kmsg.MetadataResponseTopicPartition{}
}
