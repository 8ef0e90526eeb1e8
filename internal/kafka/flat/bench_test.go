package flat

import (
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// store puts what it meets into a column, as a probe does.
type store struct {
	column []int64
	at     int
}

func (*store) Group([]byte)   {}
func (*store) Topic([]byte)   {}
func (*store) EndGroup(int16) {}
func (s *store) Commit(_ int32, offset int64, _ int16) {
	s.column[s.at] = offset
	s.at++
}
func (s *store) Offset(_ int32, offset, _ int64, _ int16) {
	s.column[s.at] = offset
	s.at++
}

// BenchmarkWalkCommits reads 548,000 commits, a third of 1,000 groups on each of three coordinators. Compare kmsg, which
// builds an object for each.
func BenchmarkWalkCommits(b *testing.B) {
	const groups, topics, partitions = 1000, 6, 91
	resp := kmsg.NewPtrOffsetFetchResponse()
	resp.SetVersion(9)
	for g := range groups {
		rg := kmsg.NewOffsetFetchResponseGroup()
		rg.Group = fmt.Sprintf("group-%04d", g)
		for t := range topics {
			rt := kmsg.NewOffsetFetchResponseGroupTopic()
			rt.Topic = fmt.Sprintf("topic-%04d", t)
			for p := range partitions {
				rp := kmsg.NewOffsetFetchResponseGroupTopicPartition()
				rp.Partition, rp.Offset, rp.Metadata = int32(p), int64(p), kmsg.StringPtr("")
				rt.Partitions = append(rt.Partitions, rp)
			}
			rg.Topics = append(rg.Topics, rt)
		}
		resp.Groups = append(resp.Groups, rg)
	}
	body := resp.AppendTo(nil)
	b.Run("flat", func(b *testing.B) {
		s := &store{column: make([]int64, groups*topics*partitions)}
		c := &Commits{reply{body: body}}
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			s.at = 0
			if err := c.Walk(s); err != nil || s.at != len(s.column) {
				b.Fatal(s.at, err)
			}
		}
	})
	b.Run("kmsg", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			into := kmsg.NewPtrOffsetFetchResponse()
			into.SetVersion(9)
			if err := into.ReadFrom(body); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWalkOffsets reads the ends of 100,000 partitions.
func BenchmarkWalkOffsets(b *testing.B) {
	const topics, partitions = 1000, 100
	resp := kmsg.NewPtrListOffsetsResponse()
	resp.SetVersion(7)
	for t := range topics {
		rt := kmsg.NewListOffsetsResponseTopic()
		rt.Topic = fmt.Sprintf("topic-%04d", t)
		for p := range partitions {
			rp := kmsg.NewListOffsetsResponseTopicPartition()
			rp.Partition, rp.Offset = int32(p), int64(p)
			rt.Partitions = append(rt.Partitions, rp)
		}
		resp.Topics = append(resp.Topics, rt)
	}
	o := &Offsets{reply{body: resp.AppendTo(nil)}}
	s := &store{column: make([]int64, topics*partitions)}
	b.SetBytes(int64(len(o.body)))
	b.ReportAllocs()
	for b.Loop() {
		s.at = 0
		if err := o.Walk(s); err != nil || s.at != len(s.column) {
			b.Fatal(s.at, err)
		}
	}
}
