package kafka_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/kafka/flat"
)

// floor is the least that a program must do to tell the lag of all groups: list topics and groups, read commits in
// requests of 25 groups, read ends and starts, and add up. It knows no faults and no authorisation, and tells one number.
type floor struct {
	cl     *kgo.Client
	nodes  []int32
	topics map[string]int // index of the topic's first partition
	ends   []int64
	total  int64
	at     int // of the topic under way
}

const floorChunk = 25

func floorProgram(seeds string) error {
	total, err := lagOfAll(context.Background(), strings.Split(seeds, ","))
	if err == nil {
		fmt.Println(total)
	}
	return err
}

func lagOfAll(ctx context.Context, seeds []string) (int64, error) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(seeds...))
	if err != nil {
		return 0, err
	}
	defer cl.Close()
	f := &floor{cl: cl, topics: map[string]int{}}
	lists, err := f.layout(ctx)
	if err != nil {
		return 0, err
	}
	fetches, err := f.groups(ctx)
	if err != nil {
		return 0, err
	}
	return f.total, f.read(ctx, lists, fetches)
}

type floorCall struct {
	node int32
	req  kmsg.Request
}

// layout reads the topics, and makes a request for the ends of each leader's partitions.
func (f *floor) layout(ctx context.Context) ([]floorCall, error) {
	meta, err := kmsg.NewPtrMetadataRequest().RequestWith(ctx, f.cl)
	if err != nil {
		return nil, err
	}
	for _, b := range meta.Brokers {
		f.nodes = append(f.nodes, b.NodeID)
	}
	by := map[int32]map[string][]int32{}
	for _, t := range meta.Topics {
		f.topics[*t.Topic] = len(f.ends)
		f.ends = append(f.ends, make([]int64, len(t.Partitions))...)
		for _, p := range t.Partitions {
			if by[p.Leader] == nil {
				by[p.Leader] = map[string][]int32{}
			}
			by[p.Leader][*t.Topic] = append(by[p.Leader][*t.Topic], p.Partition)
		}
	}
	var calls []floorCall
	for node, topics := range by {
		var list []flat.TopicPartitions
		for t, ps := range topics {
			list = append(list, flat.TopicPartitions{Topic: t, Partitions: ps, At: []int64{flat.Latest}})
		}
		calls = append(calls, floorCall{node, flat.NewListOffsets(flat.ReadUncommitted, list)})
	}
	return calls, nil
}

// groups lists the groups, and makes requests for the commits of 25 at a time.
func (f *floor) groups(ctx context.Context) ([]floorCall, error) {
	var calls []floorCall
	for _, node := range f.nodes {
		resp, err := f.cl.Broker(int(node)).Request(ctx, kmsg.NewPtrListGroupsRequest())
		if err != nil {
			return nil, err
		}
		var names []string
		for _, g := range resp.(*kmsg.ListGroupsResponse).Groups {
			names = append(names, g.Group)
		}
		for len(names) > 0 {
			n := min(floorChunk, len(names))
			calls = append(calls, floorCall{node, flat.NewOffsetFetch(names[:n])})
			names = names[n:]
		}
	}
	return calls, nil
}

// read sends all at once and decodes as replies come: ends first, then commits.
func (f *floor) read(ctx context.Context, lists, fetches []floorCall) error {
	type landed struct {
		resp kmsg.Response
		err  error
	}
	send := func(calls []floorCall) chan landed {
		got := make(chan landed, len(calls))
		for _, c := range calls {
			go func() {
				resp, err := f.cl.Broker(int(c.node)).Request(ctx, c.req)
				got <- landed{resp, err}
			}()
		}
		return got
	}
	ends, commits := send(lists), send(fetches)
	for range lists {
		l := <-ends
		if l.err != nil {
			return l.err
		}
		if err := l.resp.(*flat.Offsets).Walk(f); err != nil {
			return err
		}
	}
	for range fetches {
		l := <-commits
		if l.err != nil {
			return l.err
		}
		if err := l.resp.(*flat.Commits).Walk(f); err != nil {
			return err
		}
	}
	return nil
}

func (f *floor) Group([]byte)      {}
func (f *floor) EndGroup(int16)    {}
func (f *floor) Topic(name []byte) { f.at = f.topics[string(name)] }
func (f *floor) Offset(p int32, offset, _ int64, _ int16) {
	f.ends[f.at+int(p)] = offset
}
func (f *floor) Commit(p int32, offset int64, code int16) {
	if code == 0 && offset >= 0 {
		f.total += max(0, f.ends[f.at+int(p)]-offset)
	}
}
