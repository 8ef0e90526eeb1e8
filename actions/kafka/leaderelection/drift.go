package leaderelection

import (
	"encoding/hex"
	"slices"

	"weir/actions"
	"weir/actions/kafka/cluster"
)

func topicsOf(items []item) []string {
	places := make([]cluster.Place, len(items))
	for i, it := range items {
		places[i] = it.place
	}
	if len(places) == 0 {
		return []string{}
	}
	return cluster.Names(places)
}

// find gives an item's partition now, or what became of its topic.
func find(now cluster.Layout, it item) (cluster.PartitionLayout, *actions.Drift) {
	t, ok := now.Topics[it.place.Topic]
	if !ok || int(it.place.Partition) >= len(t.Partitions) {
		return cluster.PartitionLayout{}, &actions.Drift{Ref: it.change.Ref, Field: "topic_id", Planned: it.TopicID, Found: "gone"}
	}
	if id := hex.EncodeToString(t.ID[:]); id != it.TopicID {
		return cluster.PartitionLayout{}, &actions.Drift{Ref: it.change.Ref, Field: "topic_id", Planned: it.TopicID, Found: id}
	}
	return t.Partitions[it.place.Partition], nil
}

// drift tells what of a partition isn't as planned. A replica more in sync makes a preferred election no other one; an
// unclean election goes by exactly who was.
func (it item) drift(p cluster.PartitionLayout, unclean bool, elr map[cluster.Place]cluster.Eligible) []actions.Drift {
	var out []actions.Drift
	add := func(field, was, is string) {
		out = append(out, actions.Drift{Ref: it.change.Ref, Field: field, Planned: was, Found: is})
	}
	if p.Leader != it.before {
		add(Field, leader(it.before), leader(p.Leader))
	}
	if !slices.Equal(p.Replicas, it.Replicas) {
		add("replicas", brokers(it.Replicas), brokers(p.Replicas))
	}
	if !within(it.ISR, p.ISR) || unclean && !within(p.ISR, it.ISR) {
		add("isr", brokers(it.ISR), brokers(p.ISR))
	}
	if e, ok := elr[it.place]; ok && !(within(e.ELR, it.ELR) && within(it.ELR, e.ELR)) {
		add("elr", brokers(it.ELR), brokers(e.ELR))
	}
	return out
}

// within tells whether every broker of a is in b.
func within(a, b []int32) bool {
	return !slices.ContainsFunc(a, func(id int32) bool { return !slices.Contains(b, id) })
}
