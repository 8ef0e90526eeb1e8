package leaderelection

import (
	"crypto/sha256"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"

	"weir/actions"
	"weir/actions/kafka/cluster"
	"weir/actions/kafka/kafkatest"
	"weir/lag"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// controller stands in for the part of a cluster that the brokers in memory lack: replicas in an order of their own,
// some out of sync, brokers that are down, and elections as Apache's controller holds them.
type controller struct {
	mu     sync.Mutex
	addrs  []string
	down   map[int32]bool
	topics map[string][]*part
	ids    map[string]string // what a topic's id is made of; its name if there is nothing
	moving map[cluster.Place]bool
	// answer, when set, has its say about each partition after the work: the code it gets, or lost.
	answer func(cluster.Place) (code int16, lost bool)
	before error // when set, a request is lost before anything is done
	top    int16
	hidden bool // reassignments may not be seen
	sent   [][]cluster.Place
}

type part struct {
	leader        int32
	replicas, isr []int32
	elr, last     []int32
}

// at is a partition of three replicas, all in sync: 0,1,2 from the preferred one on.
func at(leader, first int32) *part {
	r := []int32{first, (first + 1) % 3, (first + 2) % 3}
	return &part{leader: leader, replicas: r, isr: slices.Clone(r)}
}

func fake(t testing.TB) (*kafkatest.World, *kfake.Cluster, *controller) {
	t.Helper()
	w, c := kafkatest.Fake(t, kfake.ClusterID("fake"))
	k := &controller{addrs: c.ListenAddrs(), down: map[int32]bool{}, topics: map[string][]*part{}, ids: map[string]string{}, moving: map[cluster.Place]bool{}}
	for key, answer := range map[kmsg.Key]func(kmsg.Request) (kmsg.Response, error){
		kmsg.Metadata: k.metadata, kmsg.ElectLeaders: k.elect, kmsg.ListPartitionReassignments: k.reassignments, kmsg.DescribeTopicPartitions: k.describe,
	} {
		c.ControlKey(int16(key), func(req kmsg.Request) (kmsg.Response, error, bool) {
			c.KeepControl()
			k.mu.Lock()
			defer k.mu.Unlock()
			resp, err := answer(req)
			return resp, err, true
		})
	}
	return w, c, k
}

func (k *controller) id(topic string) (id [16]byte) {
	of := k.ids[topic]
	if of == "" {
		of = topic
	}
	sum := sha256.Sum256([]byte(of))
	copy(id[:], sum[:])
	return id
}

func (k *controller) metadata(req kmsg.Request) (kmsg.Response, error) {
	m := req.(*kmsg.MetadataRequest)
	resp := req.ResponseKind().(*kmsg.MetadataResponse)
	resp.ClusterID, resp.ControllerID = kmsg.StringPtr("fake"), 2
	for i, a := range k.addrs {
		host, port, _ := net.SplitHostPort(a)
		n, _ := strconv.Atoi(port)
		if !k.down[int32(i)] {
			resp.Brokers = append(resp.Brokers, kmsg.MetadataResponseBroker{NodeID: int32(i), Host: host, Port: int32(n)})
		}
	}
	names := []string{}
	for _, t := range m.Topics {
		names = append(names, *t.Topic)
	}
	if m.Topics == nil {
		for name := range k.topics {
			names = append(names, name)
		}
	}
	for _, name := range names {
		t := kmsg.NewMetadataResponseTopic()
		t.Topic, t.TopicID, t.IsInternal = kmsg.StringPtr(name), k.id(name), name[0] == '_'
		if k.topics[name] == nil {
			t.ErrorCode = kerr.UnknownTopicOrPartition.Code
		}
		for i, p := range k.topics[name] {
			r := kmsg.NewMetadataResponseTopicPartition()
			r.Partition, r.Leader, r.Replicas, r.ISR = int32(i), p.leader, p.replicas, p.isr
			if p.leader < 0 {
				r.ErrorCode = kerr.LeaderNotAvailable.Code
			}
			t.Partitions = append(t.Partitions, r)
		}
		resp.Topics = append(resp.Topics, t)
	}
	return resp, nil
}

func (k *controller) reassignments(req kmsg.Request) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ListPartitionReassignmentsResponse)
	if k.hidden {
		resp.ErrorCode = kerr.ClusterAuthorizationFailed.Code
		return resp, nil
	}
	for p := range k.moving {
		resp.Topics = append(resp.Topics, kmsg.ListPartitionReassignmentsResponseTopic{Topic: p.Topic,
			Partitions: []kmsg.ListPartitionReassignmentsResponseTopicPartition{{Partition: p.Partition}}})
	}
	return resp, nil
}

// describe gives one partition an answer, to have the cursor followed.
func (k *controller) describe(req kmsg.Request) (kmsg.Response, error) {
	d := req.(*kmsg.DescribeTopicPartitionsRequest)
	resp := req.ResponseKind().(*kmsg.DescribeTopicPartitionsResponse)
	name, from := d.Topics[0].Topic, int32(0)
	if d.Cursor != nil {
		from = d.Cursor.Partition
	}
	p := k.topics[name][from]
	t := kmsg.NewDescribeTopicPartitionsResponseTopic()
	t.Topic = kmsg.StringPtr(name)
	t.Partitions = []kmsg.DescribeTopicPartitionsResponseTopicPartition{{Partition: from, LeaderID: p.leader, Replicas: p.replicas, ISR: p.isr, EligibleLeaderReplicas: p.elr, LastKnownELR: p.last}}
	resp.Topics = append(resp.Topics, t)
	if int(from+1) < len(k.topics[name]) {
		resp.NextCursor = &kmsg.DescribeTopicPartitionsResponseNextCursor{Topic: name, Partition: from + 1}
	}
	return resp, nil
}

func (k *controller) elect(req kmsg.Request) (kmsg.Response, error) {
	e := req.(*kmsg.ElectLeadersRequest)
	resp := req.ResponseKind().(*kmsg.ElectLeadersResponse)
	resp.ErrorCode = k.top
	if k.before != nil {
		return nil, k.before
	}
	var lost bool
	var sent []cluster.Place
	for _, t := range e.Topics {
		rt := kmsg.ElectLeadersResponseTopic{Topic: t.Topic}
		for _, n := range t.Partitions {
			place := cluster.Place{Topic: t.Topic, Partition: n}
			sent = append(sent, place)
			code := k.top
			if code == 0 {
				code = k.one(k.topics[t.Topic][n], e.ElectionType == wireUnclean, place, &lost)
			}
			rt.Partitions = append(rt.Partitions, kmsg.ElectLeadersResponseTopicPartition{Partition: n, ErrorCode: code})
		}
		resp.Topics = append(resp.Topics, rt)
	}
	k.sent = append(k.sent, sent)
	if lost {
		return nil, kafkatest.ErrCrash
	}
	return resp, nil
}

func (k *controller) one(p *part, uncleanly bool, place cluster.Place, lost *bool) int16 {
	if k.answer != nil {
		code, gone := k.answer(place)
		*lost = *lost || gone
		if code != 0 && code != kerr.RequestTimedOut.Code {
			return code
		}
		defer func() { *lost = *lost || gone }()
		if code != 0 {
			k.hold(p, uncleanly)
			return code
		}
	}
	return k.hold(p, uncleanly)
}

func (k *controller) hold(p *part, uncleanly bool) int16 {
	switch first := p.replicas[0]; {
	case uncleanly && p.leader >= 0, !uncleanly && p.leader == first:
		return kerr.ElectionNotNeeded.Code
	case uncleanly:
		for _, b := range p.replicas {
			if !k.down[b] {
				p.leader, p.isr = b, []int32{b}
				return 0
			}
		}
		return kerr.EligibleLeadersNotAvailable.Code
	case k.down[first] || !slices.Contains(p.isr, first):
		return kerr.PreferredLeaderNotAvailable.Code
	default:
		p.leader = first
		return 0
	}
}

// set changes the world.
func (k *controller) set(do func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	do()
}

func (k *controller) leaders(topic string) (out []int32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.topics[topic] {
		out = append(out, p.leader)
	}
	return out
}

func action(w *kafkatest.World) Action { return Action{Connect: w.Connect(), patience: 1} }

func ask(target lag.Ref, params ...string) actions.Request {
	r := actions.Request{Kind: Kind, Target: target, Params: map[string]string{}}
	r.Target.Cluster = kafkatest.Cluster
	for i := 0; i < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	return r
}

func topic(name string) lag.Ref { return lag.Ref{Kind: lag.KindTopic, Name: name} }
