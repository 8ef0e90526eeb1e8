package wire

import (
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"weir/lag"
)

// big is a cluster of groups with as many positions each.
func big(groups, each int) Cluster {
	r := &lag.Reading{Topology: &lag.Topology{Cluster: "prod", Nodes: []lag.Node{{ID: 1, Host: "kafka-1", Port: 9092}}}, Tick: night, Complete: true}
	const perTopic = 50
	for p := range max(each, 10150) {
		if p%perTopic == 0 {
			r.Topics = append(r.Topics, lag.Topic{Name: fmt.Sprintf("load-topic-%04d", p/perTopic)})
		}
		t := lag.TopicIx(len(r.Topics) - 1)
		r.Topics[t].Partitions = append(r.Topics[t].Partitions, lag.PartitionIx(p))
		r.Partitions = append(r.Partitions, lag.Partition{Topic: t, Number: int32(p % perTopic), Replicas: []lag.NodeIx{0}, ISR: []lag.NodeIx{0}})
		r.Start, r.End, r.Stable = append(r.Start, 0), append(r.End, 41000), append(r.Stable, 41000)
	}
	for g := range groups {
		group := lag.Group{Name: fmt.Sprintf("load-group-%04d", g), Type: lag.Classic, State: "Empty", MembersAt: night}
		for p := range each {
			group.Positions = append(group.Positions, lag.PositionIx(len(r.Positions)))
			r.Positions = append(r.Positions, lag.Position{Group: lag.GroupIx(g), Partition: lag.PartitionIx(p)})
			r.Committed = append(r.Committed, 40000)
		}
		r.Groups = append(r.Groups, group)
	}
	return Cluster{Name: "prod", Seen: true, Reading: r}
}

// cpu is the time this process has run, which others on the machine don't lengthen.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkPositions prints 202,500 positions, from the reading to the last byte.
func BenchmarkPositions(b *testing.B) {
	c := []Cluster{big(270, 750)}
	for _, f := range []Format{CSV, JSONL, JSON, Short} {
		b.Run(string(f), func(b *testing.B) {
			b.ReportAllocs()
			before := cpu(b)
			defer func() { b.ReportMetric(float64(cpu(b)-before)/1e6/float64(b.N), "cpu-ms/op") }()
			for b.Loop() {
				if err := Write(io.Discard, New("0.1.0", night, c, Positions(c)), f, Style{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
