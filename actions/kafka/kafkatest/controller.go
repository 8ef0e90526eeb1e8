package kafkatest

import (
	"crypto/sha256"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"

	"weir/actions/kafka/cluster"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Controller stands in for the part of a cluster that the brokers in memory lack: replicas in an order of their own,
// some out of sync, brokers that are down, and elections as Apache's controller holds them.
type Controller struct {
	mu     sync.Mutex
	addrs  []string
	Down   map[int32]bool // brokers that nobody lists
	Topics map[string][]*Part
	IDs    map[string]string      // what a topic's id is made of; its name if there is nothing
	Moving map[cluster.Place]bool // being reassigned
	// Answer, when set, has its say about each partition after the work: the code it gets, or lost.
	Answer func(cluster.Place) (code int16, lost bool)
	Before error             // when set, a request is lost before anything is done
	Top    int16             // the code of each answer to an election, which then did nothing; 0 for none
	Hidden bool              // reassignments may not be seen
	Sent   [][]cluster.Place // the elections asked for
}

// Part is a partition as the Controller keeps it.
type Part struct {
	Leader        int32
	Replicas, ISR []int32
	ELR, Last     []int32
}

// At is a partition of three replicas, all in sync: 0,1,2 from the preferred one on.
func At(leader, first int32) *Part {
	r := []int32{first, (first + 1) % 3, (first + 2) % 3}
	return &Part{Leader: leader, Replicas: r, ISR: slices.Clone(r)}
}

// WithController starts a cluster in memory with a Controller in front of it, whose topics are only the Controller's.
func WithController(t testing.TB) (*World, *kfake.Cluster, *Controller) {
	t.Helper()
	w, c := Fake(t, kfake.ClusterID("fake"))
	k := &Controller{addrs: c.ListenAddrs(), Down: map[int32]bool{}, Topics: map[string][]*Part{}, IDs: map[string]string{}, Moving: map[cluster.Place]bool{}}
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

func (k *Controller) id(topic string) (id [16]byte) {
	of := k.IDs[topic]
	if of == "" {
		of = topic
	}
	sum := sha256.Sum256([]byte(of))
	copy(id[:], sum[:])
	return id
}

func (k *Controller) metadata(req kmsg.Request) (kmsg.Response, error) {
	m := req.(*kmsg.MetadataRequest)
	resp := req.ResponseKind().(*kmsg.MetadataResponse)
	resp.ClusterID, resp.ControllerID = kmsg.StringPtr("fake"), 2
	for i, a := range k.addrs {
		host, port, _ := net.SplitHostPort(a)
		n, _ := strconv.Atoi(port)
		if !k.Down[int32(i)] {
			resp.Brokers = append(resp.Brokers, kmsg.MetadataResponseBroker{NodeID: int32(i), Host: host, Port: int32(n)})
		}
	}
	names := []string{}
	for _, t := range m.Topics {
		names = append(names, *t.Topic)
	}
	if m.Topics == nil {
		for name := range k.Topics {
			names = append(names, name)
		}
	}
	for _, name := range names {
		t := kmsg.NewMetadataResponseTopic()
		t.Topic, t.TopicID, t.IsInternal = kmsg.StringPtr(name), k.id(name), name[0] == '_'
		if k.Topics[name] == nil {
			t.ErrorCode = kerr.UnknownTopicOrPartition.Code
		}
		for i, p := range k.Topics[name] {
			r := kmsg.NewMetadataResponseTopicPartition()
			r.Partition, r.Leader, r.Replicas, r.ISR = int32(i), p.Leader, p.Replicas, p.ISR
			if p.Leader < 0 {
				r.ErrorCode = kerr.LeaderNotAvailable.Code
			}
			t.Partitions = append(t.Partitions, r)
		}
		resp.Topics = append(resp.Topics, t)
	}
	return resp, nil
}

func (k *Controller) reassignments(req kmsg.Request) (kmsg.Response, error) {
	resp := req.ResponseKind().(*kmsg.ListPartitionReassignmentsResponse)
	if k.Hidden {
		resp.ErrorCode = kerr.ClusterAuthorizationFailed.Code
		return resp, nil
	}
	for p := range k.Moving {
		resp.Topics = append(resp.Topics, kmsg.ListPartitionReassignmentsResponseTopic{Topic: p.Topic,
			Partitions: []kmsg.ListPartitionReassignmentsResponseTopicPartition{{Partition: p.Partition}}})
	}
	return resp, nil
}

// describe gives one partition an answer, to have the cursor followed.
func (k *Controller) describe(req kmsg.Request) (kmsg.Response, error) {
	d := req.(*kmsg.DescribeTopicPartitionsRequest)
	resp := req.ResponseKind().(*kmsg.DescribeTopicPartitionsResponse)
	name, from := d.Topics[0].Topic, int32(0)
	if d.Cursor != nil {
		from = d.Cursor.Partition
	}
	p := k.Topics[name][from]
	t := kmsg.NewDescribeTopicPartitionsResponseTopic()
	t.Topic = kmsg.StringPtr(name)
	t.Partitions = []kmsg.DescribeTopicPartitionsResponseTopicPartition{{Partition: from, LeaderID: p.Leader, Replicas: p.Replicas, ISR: p.ISR, EligibleLeaderReplicas: p.ELR, LastKnownELR: p.Last}}
	resp.Topics = append(resp.Topics, t)
	if int(from+1) < len(k.Topics[name]) {
		resp.NextCursor = &kmsg.DescribeTopicPartitionsResponseNextCursor{Topic: name, Partition: from + 1}
	}
	return resp, nil
}

func (k *Controller) elect(req kmsg.Request) (kmsg.Response, error) {
	e := req.(*kmsg.ElectLeadersRequest)
	resp := req.ResponseKind().(*kmsg.ElectLeadersResponse)
	resp.ErrorCode = k.Top
	if k.Before != nil {
		return nil, k.Before
	}
	var lost bool
	var sent []cluster.Place
	for _, t := range e.Topics {
		rt := kmsg.ElectLeadersResponseTopic{Topic: t.Topic}
		for _, n := range t.Partitions {
			place := cluster.Place{Topic: t.Topic, Partition: n}
			sent = append(sent, place)
			code := k.Top
			if code == 0 {
				code = k.one(k.Topics[t.Topic][n], e.ElectionType == 1, place, &lost)
			}
			rt.Partitions = append(rt.Partitions, kmsg.ElectLeadersResponseTopicPartition{Partition: n, ErrorCode: code})
		}
		resp.Topics = append(resp.Topics, rt)
	}
	k.Sent = append(k.Sent, sent)
	if lost {
		return nil, ErrCrash
	}
	return resp, nil
}

func (k *Controller) one(p *Part, uncleanly bool, place cluster.Place, lost *bool) int16 {
	if k.Answer != nil {
		code, gone := k.Answer(place)
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

func (k *Controller) hold(p *Part, uncleanly bool) int16 {
	switch first := p.Replicas[0]; {
	case uncleanly && p.Leader >= 0, !uncleanly && p.Leader == first:
		return kerr.ElectionNotNeeded.Code
	case uncleanly:
		for _, b := range p.Replicas {
			if !k.Down[b] {
				p.Leader, p.ISR = b, []int32{b}
				return 0
			}
		}
		return kerr.EligibleLeadersNotAvailable.Code
	case k.Down[first] || !slices.Contains(p.ISR, first):
		return kerr.PreferredLeaderNotAvailable.Code
	default:
		p.Leader = first
		return 0
	}
}

// Set changes the world.
func (k *Controller) Set(do func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	do()
}

// Leaders tells who leads each partition of a topic.
func (k *Controller) Leaders(topic string) (out []int32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.Topics[topic] {
		out = append(out, p.Leader)
	}
	return out
}
