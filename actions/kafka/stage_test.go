package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"weir/actions"
	"weir/actions/kafka"
	"weir/actions/kafka/groupdelete"
	"weir/actions/kafka/kafkatest"
	"weir/actions/kafka/leaderelection"
	"weir/actions/kafka/offsetdelete"
	"weir/actions/kafka/recordskip"
	"weir/actions/kafka/reset"
	"weir/internal/config"
	client "weir/internal/kafka"
	"weir/internal/realkafka"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/plain"
)

// stage is a cluster, in memory or real, on which an action is put under a fault.
type stage struct {
	t    *testing.T
	w    *kafkatest.World
	fake *kfake.Cluster        // nil on real brokers
	k    *kafkatest.Controller // nil on real brokers, and where no leaders are elected
	real *realkafka.Cluster    // nil in memory
	// On stage is one trial.
	topic, group, dlq string
	was, turned       map[int32][]int32 // replicas of the topic whose leaders are elected, as made and as put into order then; nil: any
	trial             *kafkatest.Trial
	run               string      // its id, once it is heard of
	back              *kgo.Client // a consumer that came back
	wants             int64       // the first offset of partition 1 that it is to read
}

// operator is who acts on a cluster in memory with rights.
const operator = "operator"

// inMemory gives a stage for an action; guarded by access rights where asked for.
func inMemory(t *testing.T, kind string, guarded bool) *stage {
	s := &stage{t: t}
	switch {
	case kind == leaderelection.Kind:
		s.w, s.fake, s.k = kafkatest.WithController(t)
	case guarded:
		c, err := kfake.NewCluster(kfake.NumBrokers(3), kfake.SleepOutOfOrder(), kfake.BrokerConfigs(map[string]string{"group.initial.rebalance.delay.ms": "0"}),
			kfake.EnableSASL(), kfake.EnableACLs(), kfake.Superuser("PLAIN", "root", "pw"), kfake.User("PLAIN", operator, "pw"))
		kafkatest.Must(t, err)
		t.Cleanup(c.Close)
		s.fake, s.w = c, kafkatest.On(t, c.ListenAddrs(), kgo.SASL(plain.Auth{User: "root", Pass: "pw"}.AsMechanism()))
	default:
		s.w, s.fake = kafkatest.Fake(t)
	}
	s.name()
	return s
}

func onReal(t *testing.T, c *realkafka.Cluster) *stage {
	s := &stage{t: t, w: kafkatest.On(t, c.Seeds()), real: c}
	s.name()
	return s
}

func (s *stage) name() {
	id := realkafka.Name("fault")
	s.topic, s.group, s.dlq = "t-"+id, "g-"+id, "dlq-"+id
}

func (s *stage) makeTopic(name string, partitions int32) {
	if s.real != nil {
		s.real.CreateTopic(s.t, name, partitions, 3, nil)
		return
	}
	s.w.Topic(name, partitions)
}

// act is one of the actions, with what it is tried on.
type act struct {
	kind string
	key  kmsg.Key // by which it changes the cluster
	// first and last are how the journal of a run begins, and its last step.
	first, last string
	set         func(*stage) actions.Request
	// move has somebody else change what the plan is about.
	move func(*stage)
	// rights are what acting needs.
	rights func(*stage) []realkafka.Right
}

var acts = []act{
	{reset.Kind, kmsg.OffsetCommit, "hold:ok ", "commit-1", (*stage).setReset, (*stage).moveCommit, func(s *stage) []realkafka.Right {
		return []realkafka.Right{realkafka.OnGroup(s.group, kmsg.ACLOperationRead), realkafka.OnTopic(s.topic, kmsg.ACLOperationRead)}
	}},
	{recordskip.Kind, kmsg.OffsetCommit, "hold:ok keep:ok ", "commit-1", (*stage).setSkip, (*stage).moveCommit, func(s *stage) []realkafka.Right {
		return []realkafka.Right{realkafka.OnGroup(s.group, kmsg.ACLOperationRead), realkafka.OnTopic(s.topic, kmsg.ACLOperationRead), realkafka.OnTopic(s.dlq, kmsg.ACLOperationWrite)}
	}},
	{offsetdelete.Kind, kmsg.OffsetDelete, "", "delete-1", (*stage).setOffsetDelete, (*stage).moveCommit, func(s *stage) []realkafka.Right {
		return []realkafka.Right{realkafka.OnGroup(s.group, kmsg.ACLOperationDelete), realkafka.OnTopic(s.topic, kmsg.ACLOperationRead)}
	}},
	{groupdelete.Kind, kmsg.DeleteGroups, "", "delete", (*stage).setGroupDelete, (*stage).moveCommit, func(s *stage) []realkafka.Right {
		return []realkafka.Right{realkafka.OnGroup(s.group, kmsg.ACLOperationDelete)}
	}},
	{leaderelection.Kind, kmsg.ElectLeaders, "elect-1:ok ", "elect-2", (*stage).setElection, (*stage).moveReplicas, func(s *stage) []realkafka.Right {
		return []realkafka.Right{realkafka.OnTopic(s.topic, kmsg.ACLOperationDescribe), realkafka.OnCluster(kmsg.ACLOperationAlter)}
	}},
}

func actOf(kind string) act {
	return acts[slices.IndexFunc(acts, func(a act) bool { return a.kind == kind })]
}

// ready sets the action's scene.
func (a act) ready(s *stage) {
	s.trial = &kafkatest.Trial{W: s.w, X: s.w.Executor(kafka.All(s.w.Connect())...), Key: a.key, Now: s.now}
	s.trial.Request = a.set(s)
	s.trial.Request.Kind = a.kind
}

func (s *stage) records() {
	s.makeTopic(s.topic, 3)
	for p := range int32(3) {
		s.w.Produce(s.topic, p, 4, time.Now().Add(-time.Hour))
		s.w.Commit(s.group, kadm.Offset{Topic: s.topic, Partition: p, At: int64(p) + 1, LeaderEpoch: 0, Metadata: "m"})
	}
}

func (s *stage) setReset() actions.Request {
	s.records()
	return actions.Request{Target: kafkatest.Group(s.group), Params: map[string]string{"to": "earliest"}}
}

func (s *stage) setSkip() actions.Request {
	s.records()
	s.makeTopic(s.dlq, 1)
	s.trial.Stays = func(item string) bool { return strings.HasSuffix(item, " parked") }
	return actions.Request{Params: map[string]string{"park": s.dlq},
		Target: lag.Ref{Cluster: kafkatest.Cluster, Kind: lag.KindPosition, Name: s.group, Sub: s.topic + ":1@2"}}
}

func (s *stage) setOffsetDelete() actions.Request {
	s.records()
	return actions.Request{Target: kafkatest.Group(s.group), Params: map[string]string{"topic": s.topic + ":0,1"}}
}

func (s *stage) setGroupDelete() actions.Request {
	s.records()
	return actions.Request{Target: kafkatest.Group(s.group)}
}

// setElection has two partitions led by another than their preferred replica, elected one by one.
func (s *stage) setElection() actions.Request {
	if s.k != nil {
		s.k.Set(func() { s.k.Topics[s.topic] = []*kafkatest.Part{kafkatest.At(0, 1), kafkatest.At(1, 0)} })
	} else {
		if s.was == nil {
			s.was, s.turned = map[int32][]int32{0: {1, 2, 3}, 1: {2, 3, 1}}, map[int32][]int32{0: {2, 1, 3}, 1: {3, 2, 1}}
		}
		s.layOut(s.was, s.turned)
	}
	return actions.Request{Target: lag.Ref{Cluster: kafkatest.Cluster, Kind: lag.KindTopic, Name: s.topic}, Params: map[string]string{"batch": "1"}}
}

// layOut makes the topic with these replicas, the first of which lead, then puts them into another order.
func (s *stage) layOut(first, turned map[int32][]int32) {
	req := kmsg.NewPtrCreateTopicsRequest()
	t := kmsg.NewCreateTopicsRequestTopic()
	t.Topic, t.NumPartitions, t.ReplicationFactor = s.topic, -1, -1
	for p, replicas := range first {
		a := kmsg.NewCreateTopicsRequestTopicReplicaAssignment()
		a.Partition, a.Replicas = p, replicas
		t.ReplicaAssignment = append(t.ReplicaAssignment, a)
	}
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(s.t.Context(), s.w.Client)
	kafkatest.Must(s.t, err)
	kafkatest.Must(s.t, kerr.ErrorForCode(resp.Topics[0].ErrorCode))
	s.led(s.topic, first)
	s.w.Reorder(s.topic, turned)
}

// led waits until every broker knows the first of these as leaders, with all replicas in sync.
func (s *stage) led(topic string, by map[int32][]int32) {
	s.w.Everywhere(topic, "the leaders", func(now kmsg.MetadataResponseTopic) bool {
		for _, p := range now.Partitions {
			if want, ok := by[p.Partition]; ok && (p.Leader != want[0] || len(p.ISR) != len(want)) {
				return false
			}
		}
		return len(now.Partitions) >= len(by)
	})
}

// moveCommit is somebody who commits.
func (s *stage) moveCommit() {
	s.w.Commit(s.group, kadm.Offset{Topic: s.topic, Partition: 1, At: 3, LeaderEpoch: -1})
}

func (s *stage) moveReplicas() {
	if s.k != nil {
		s.k.Set(func() { s.k.Topics[s.topic][1].Replicas = []int32{0, 2, 1} })
		return
	}
	s.w.Reorder(s.topic, map[int32][]int32{1: {1, 2, 3}})
}

// now is the truth, as a bare client sees it.
func (s *stage) now() map[string]string {
	s.t.Helper()
	out := map[string]string{}
	if strings.HasPrefix(s.trial.Request.Kind, leaderelection.Kind) {
		for p, l := range s.leaders() {
			out[s.ref(lag.KindPartition, s.topic, strconv.Itoa(p))+" leader"] = strconv.Itoa(int(l))
		}
		return out
	}
	for p := range 3 {
		out[s.position(p)+" committed"] = "null"
	}
	for at, o := range s.w.Committed(s.group) {
		out[s.ref(lag.KindPosition, s.group, at)+" committed"] = strconv.FormatInt(o.At, 10)
	}
	groups, err := s.w.Admin.ListGroups(s.t.Context())
	kafkatest.Must(s.t, err)
	out[s.ref(lag.KindGroup, s.group, "")+" group"] = "null"
	if slices.Contains(groups.Groups(), s.group) {
		out[s.ref(lag.KindGroup, s.group, "")+" group"] = `"simple"`
	}
	if s.trial.Request.Kind == recordskip.Kind {
		ends, err := s.w.Admin.ListEndOffsets(s.t.Context(), s.dlq)
		kafkatest.Must(s.t, err)
		out[s.position(1)+" parked"] = "null"
		if o, _ := ends.Lookup(s.dlq, 0); o.Offset > 0 {
			out[s.position(1)+" parked"] = fmt.Sprintf("%q", s.dlq+":0")
		}
	}
	return out
}

func (s *stage) leaders() (out []int32) {
	if s.k != nil {
		return s.k.Leaders(s.topic)
	}
	for _, p := range s.w.Newest(s.topic) {
		out = append(out, p.Leader)
	}
	return out
}

func (s *stage) position(p int) string {
	return s.ref(lag.KindPosition, s.group, fmt.Sprintf("%s:%d", s.topic, p))
}

func (s *stage) ref(kind, name, sub string) string {
	return lag.Ref{Cluster: kafkatest.Cluster, Kind: kind, Name: name, Sub: sub}.String()
}

// allow has weir act as somebody with these rights only.
func (s *stage) allow(rights []realkafka.Right) {
	user, at, how := realkafka.User{Name: operator, Password: "pw"}, s.w.Seeds, config.Plain
	root := realkafka.User{Name: "root", Password: "pw"}
	if s.real != nil {
		user, at, how, root = s.real.NewUser(s.t), s.real.SASLSeeds(), config.Scram256, s.real.User("admin")
		s.real.Grant(s.t, user, rights...)
	} else {
		s.grant(user, rights)
	}
	s.w.Login = func(role client.Role) ([]string, config.Security) {
		who := root
		if role == client.Acting {
			who = user
		}
		return at, config.Security{SASL: config.SASL{Mechanism: how, Username: who.Name, Password: config.Literal(who.Password)}}
	}
}

// asRoot has weir do as it likes on a guarded cluster in memory.
func (s *stage) asRoot() {
	s.w.Login = func(client.Role) ([]string, config.Security) {
		return s.w.Seeds, config.Security{SASL: config.SASL{Mechanism: config.Plain, Username: "root", Password: config.Literal("pw")}}
	}
}

// grant gives rights on a cluster in memory.
func (s *stage) grant(u realkafka.User, rights []realkafka.Right) {
	req := kmsg.NewPtrCreateACLsRequest()
	for _, r := range rights {
		req.Creations = append(req.Creations, kmsg.CreateACLsRequestCreation{
			ResourceType: r.Resource, ResourceName: r.Name, ResourcePatternType: kmsg.ACLResourcePatternTypeLiteral,
			Principal: "User:" + u.Name, Host: "*", Operation: r.Operation, PermissionType: kmsg.ACLPermissionTypeAllow,
		})
	}
	resp, err := req.RequestWith(s.t.Context(), s.w.Client)
	kafkatest.Must(s.t, err)
	for _, r := range resp.Results {
		kafkatest.Must(s.t, kerr.ErrorForCode(r.ErrorCode))
	}
}

// moveCoordinator has another broker become the group's coordinator, all of them alive.
func (s *stage) moveCoordinator() {
	s.t.Helper()
	if s.fake != nil {
		for was := s.fake.CoordinatorFor(s.group); s.fake.CoordinatorFor(s.group) == was; {
			s.fake.RehashCoordinators()
		}
		return
	}
	const offsets = "__consumer_offsets"
	all := s.w.Newest(offsets)
	p := all[slot(s.group, len(all))]
	turned := map[int32][]int32{p.Partition: append(slices.DeleteFunc(slices.Clone(p.Replicas), func(b int32) bool { return b == p.Leader }), p.Leader)}
	s.w.Reorder(offsets, turned)
	_, err := s.w.Admin.ElectLeaders(s.t.Context(), kadm.ElectPreferredReplica, kadm.TopicsSet{offsets: {p.Partition: {}}})
	kafkatest.Must(s.t, err)
	s.led(offsets, turned)
	s.until("the broker that was the coordinator knows that it isn't", func() bool {
		req := kmsg.NewPtrDescribeGroupsRequest()
		req.Groups = []string{s.group}
		resp, err := s.w.Client.Broker(int(p.Leader)).Request(s.t.Context(), req)
		kafkatest.Must(s.t, err)
		return resp.(*kmsg.DescribeGroupsResponse).Groups[0].ErrorCode == kerr.NotCoordinator.Code
	})
}

// until asks again and again, where nobody tells when something has come.
func (s *stage) until(what string, holds func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-ctx.Done():
			s.t.Fatalf("not within a minute: %s", what)
		}
	}
}

// slot is the partition of the offsets topic that a group belongs to: Java's hash of its name.
func slot(group string, of int) int32 {
	var h int32
	for _, c := range group {
		h = 31*h + c
	}
	if h < 0 {
		h = max(-h, 0) // but for the smallest number, which has no other side
	}
	return h % int32(of)
}

// join brings a consumer into the group, and waits until the group has this many members.
func (s *stage) join(members int) *kgo.Client {
	s.t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(s.w.Seeds...), kgo.ConsumerGroup(s.group), kgo.ConsumeTopics(s.topic), kgo.DisableAutoCommit(),
		kgo.Balancers(kgo.RangeBalancer()), kgo.FetchMaxWait(250*time.Millisecond))
	kafkatest.Must(s.t, err)
	s.t.Cleanup(cl.CloseAllowingRebalance)
	s.until("the consumer is in the group", func() bool {
		g, err := s.w.Admin.DescribeGroups(s.t.Context(), s.group)
		kafkatest.Must(s.t, err)
		return len(g[s.group].Members) == members && (members > 1 || g[s.group].State == "Stable")
	})
	return cl
}

// leave ends a consumer, and waits until the group is empty.
func (s *stage) leave(cl *kgo.Client) {
	s.t.Helper()
	cl.CloseAllowingRebalance()
	s.until("the group is empty", func() bool {
		g, err := s.w.Admin.DescribeGroups(s.t.Context(), s.group)
		kafkatest.Must(s.t, err)
		return len(g[s.group].Members) == 0
	})
}

// release is somebody who takes weir's member out of the group.
func (s *stage) release(instance string) {
	s.t.Helper()
	_, err := s.w.Admin.LeaveGroup(s.t.Context(), kadm.LeaveGroup(s.group).InstanceIDs(instance))
	if !errors.Is(err, kerr.GroupIDNotFound) {
		kafkatest.Must(s.t, err)
	}
}
