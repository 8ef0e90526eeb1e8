package kafkatest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Everywhere waits until every broker that is listed tells something of a topic: they follow the controller each at
// their own pace, and no broker tells when another has.
func (w *World) Everywhere(topic, what string, holds func(kmsg.MetadataResponseTopic) bool) {
	w.T.Helper()
	ctx, cancel := context.WithTimeout(w.T.Context(), time.Minute)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := w.everywhere(ctx, topic, holds)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			w.T.Fatalf("%s of %s: not within a minute: %v", what, topic, err)
		}
		<-again.C
	}
}

func (w *World) everywhere(ctx context.Context, topic string, holds func(kmsg.MetadataResponseTopic) bool) error {
	req := kmsg.NewPtrMetadataRequest()
	t := kmsg.NewMetadataRequestTopic()
	t.Topic = kmsg.StringPtr(topic)
	req.Topics = append(req.Topics, t)
	all, err := req.RequestWith(ctx, w.Client)
	if err != nil {
		return err
	}
	for _, b := range all.Brokers {
		resp, err := w.Client.Broker(int(b.NodeID)).RetriableRequest(ctx, req)
		if err != nil {
			return err
		}
		told := resp.(*kmsg.MetadataResponse).Topics
		if len(told) != 1 || told[0].ErrorCode != 0 || !holds(told[0]) {
			return fmt.Errorf("broker %d tells %+v", b.NodeID, told)
		}
	}
	return nil
}

// Reorder puts the replicas of a topic's partitions into an order, which moves neither data nor leaders, and waits until
// every broker knows it.
func (w *World) Reorder(topic string, replicas map[int32][]int32) {
	w.T.Helper()
	var req kadm.AlterPartitionAssignmentsReq
	for p, r := range replicas {
		req.Assign(topic, p, r)
	}
	got, err := w.Admin.AlterPartitionAssignments(w.T.Context(), req)
	Must(w.T, err)
	Must(w.T, got.Error())
	w.Everywhere(topic, "the order", func(t kmsg.MetadataResponseTopic) bool {
		for _, p := range t.Partitions {
			if want, ok := replicas[p.Partition]; ok && fmt.Sprint(p.Replicas) != fmt.Sprint(want) {
				return false
			}
		}
		return len(t.Partitions) >= len(replicas)
	})
}

// Newest gives a topic's partitions in order, each as the broker tells it that follows the controller closest.
func (w *World) Newest(topic string) []kmsg.MetadataResponseTopicPartition {
	w.T.Helper()
	newest := map[int32]kmsg.MetadataResponseTopicPartition{}
	w.Everywhere(topic, "the partitions", func(t kmsg.MetadataResponseTopic) bool {
		for _, p := range t.Partitions {
			if was, ok := newest[p.Partition]; !ok || p.LeaderEpoch >= was.LeaderEpoch {
				newest[p.Partition] = p
			}
		}
		return true
	})
	return slices.SortedFunc(maps.Values(newest), func(a, b kmsg.MetadataResponseTopicPartition) int { return cmp.Compare(a.Partition, b.Partition) })
}
