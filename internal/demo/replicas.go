package demo

import (
	"slices"
	"strconv"
	"sync"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// replicas makes the replies about brokers and replicas say what a cluster of Apache's brokers would: a replica list
// keeps its order when a leader moves, a broker whose session has ended is not listed any more and is in no ISR.
type replicas struct {
	mu    sync.Mutex
	order map[string]map[int32][]int32 // as first seen, by topic and partition
	dead  map[int32]bool
}

func newReplicas() *replicas {
	return &replicas{order: map[string]map[int32][]int32{}, dead: map[int32]bool{}}
}

// bury makes a broker fenced: it is gone from the broker list and from every ISR.
func (r *replicas) bury(node int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dead[node] = true
}

func (r *replicas) metadata(resp *kmsg.MetadataResponse) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := len(resp.Brokers)
	resp.Brokers = slices.DeleteFunc(resp.Brokers, func(b kmsg.MetadataResponseBroker) bool { return r.dead[b.NodeID] })
	for i := range resp.Brokers {
		resp.Brokers[i].Rack = rack(resp.Brokers[i].NodeID)
	}
	resp.ControllerID = r.controller(resp.ControllerID, all)
	for i := range resp.Topics {
		t := &resp.Topics[i]
		if t.Topic == nil {
			continue
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			p.Replicas, p.ISR, p.OfflineReplicas = r.partition(*t.Topic, p.Partition, p.Replicas)
		}
		slices.SortFunc(t.Partitions, func(a, b kmsg.MetadataResponseTopicPartition) int {
			return int(a.Partition - b.Partition)
		})
	}
}

func (r *replicas) describeCluster(req *kmsg.DescribeClusterRequest, resp *kmsg.DescribeClusterResponse) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := len(resp.Brokers)
	if !req.IncludeFencedBrokers {
		resp.Brokers = slices.DeleteFunc(resp.Brokers, func(b kmsg.DescribeClusterResponseBroker) bool { return r.dead[b.NodeID] })
	}
	for i := range resp.Brokers {
		resp.Brokers[i].Rack = rack(resp.Brokers[i].NodeID)
		resp.Brokers[i].IsFenced = r.dead[resp.Brokers[i].NodeID]
	}
	resp.ControllerID = r.controller(resp.ControllerID, all)
}

func (r *replicas) describeTopics(resp *kmsg.DescribeTopicPartitionsResponse) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range resp.Topics {
		t := &resp.Topics[i]
		if t.Topic == nil {
			continue
		}
		for j := range t.Partitions {
			p := &t.Partitions[j]
			p.Replicas, p.ISR, p.OfflineReplicas = r.partition(*t.Topic, p.Partition, p.Replicas)
		}
	}
}

// partition returns the replicas of a partition in their first order, those in sync, and those on dead brokers.
func (r *replicas) partition(topic string, p int32, seen []int32) (all, isr, offline []int32) {
	if r.order[topic] == nil {
		r.order[topic] = map[int32][]int32{}
	}
	all = r.order[topic][p]
	if len(all) != len(seen) {
		all = slices.Clone(seen)
		r.order[topic][p] = all
	}
	for _, n := range all {
		if r.dead[n] {
			offline = append(offline, n)
		} else {
			isr = append(isr, n)
		}
	}
	return all, isr, offline
}

// controller returns the first live broker from the one given on.
func (r *replicas) controller(id int32, brokers int) int32 {
	for range brokers {
		if !r.dead[id] {
			break
		}
		id = (id + 1) % int32(brokers)
	}
	return id
}

// rack names the availability zone of a broker: one each.
func rack(node int32) *string { return kmsg.StringPtr("zone-" + strconv.Itoa(int(node)+1)) }
