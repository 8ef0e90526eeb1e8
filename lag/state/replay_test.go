package state

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"weir/lag"
)

// replayer turns the lines of polls.jsonl.gz into the readings a live probe would have made of the same answers.
type replayer struct {
	topo       *lag.Topology
	topics     map[string]lag.TopicIx
	partitions map[string]lag.PartitionIx // topic/number
	groups     map[string]lag.GroupIx
	positions  map[[2]int32]lag.PositionIx

	start, end, stable, commit []int64
	backlog                    map[lag.PositionIx]int64
	stamps                     map[string]lag.ShardTime // by request, the last answer
	late                       map[string]map[string]lag.ShardTime
	dirty                      bool
	lastMembers                lag.ShardTime
}

type line struct {
	N    int                        `json:"n"`
	R    string                     `json:"r"`
	T    [2]int64                   `json:"t"`
	Full int                        `json:"full"`
	Err  string                     `json:"err"`
	Errs map[string]string          `json:"errs"`
	D    map[string]json.RawMessage `json:"d"`
}

func newReplayer() *replayer {
	return &replayer{
		topo:   &lag.Topology{Cluster: "recorded", Nodes: []lag.Node{{ID: 1}}},
		topics: map[string]lag.TopicIx{}, partitions: map[string]lag.PartitionIx{}, groups: map[string]lag.GroupIx{},
		positions: map[[2]int32]lag.PositionIx{}, backlog: map[lag.PositionIx]int64{},
		stamps: map[string]lag.ShardTime{}, late: map[string]map[string]lag.ShardTime{},
	}
}

// readings decodes the polls of a folder, one reading a poll.
func readings(dir string) ([]*lag.Reading, error) {
	f, err := os.Open(filepath.Join(dir, "polls.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	in := bufio.NewScanner(z)
	in.Buffer(nil, 1<<24)
	rp := newReplayer()
	var out []*lag.Reading
	poll, sent := -1, int64(0)
	for in.Scan() {
		var l line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			return nil, err
		}
		if l.N != poll {
			if poll >= 0 {
				out = append(out, rp.reading(sent))
			}
			poll, sent = l.N, l.T[0]
		}
		if err := rp.apply(&l); err != nil {
			return nil, fmt.Errorf("poll %d %s: %w", l.N, l.R, err)
		}
	}
	return append(out, rp.reading(sent)), in.Err()
}

func (rp *replayer) apply(l *line) error {
	if l.Err != "" {
		return nil
	}
	shard := lag.ShardTime{Sent: time.UnixMilli(l.T[0]), Answered: time.UnixMilli(l.T[1])}
	before := rp.stamps[l.R]
	rp.stamps[l.R] = shard
	was := rp.late[l.R]
	rp.late[l.R] = map[string]lag.ShardTime{}
	for name := range l.Errs {
		old, ok := was[name]
		if !ok {
			old = before
		}
		rp.late[l.R][name] = old
	}
	switch l.R {
	case "topics":
		return rp.applyTopics(l)
	case "end":
		return rp.applyLog(l, &rp.end)
	case "lso":
		return rp.applyLog(l, &rp.stable)
	case "start":
		return rp.applyLog(l, &rp.start)
	case "commit":
		return rp.applyCommits(l)
	case "share":
		return rp.applyShare(l)
	case "groups":
		return rp.applyGroups(l, shard)
	case "members":
		rp.lastMembers = shard
		return rp.applyMembers(l)
	}
	return fmt.Errorf("a request of unknown kind")
}

func null(m json.RawMessage) bool { return string(m) == "null" }

// own makes the topology one that no reading shares, so that it may be changed.
func (rp *replayer) own() {
	if rp.dirty {
		return
	}
	rp.dirty = true
	t := *rp.topo
	t.Gen++
	t.Topics = append([]lag.Topic(nil), t.Topics...)
	t.Partitions = append([]lag.Partition(nil), t.Partitions...)
	t.Groups = append([]lag.Group(nil), t.Groups...)
	t.Positions = append([]lag.Position(nil), t.Positions...)
	rp.topo = &t
}

func (rp *replayer) topic(name string) lag.TopicIx {
	ix, ok := rp.topics[name]
	if !ok {
		rp.own()
		ix = lag.TopicIx(len(rp.topo.Topics))
		rp.topics[name] = ix
		rp.topo.Topics = append(rp.topo.Topics, lag.Topic{Name: name})
	}
	return ix
}

func (rp *replayer) partition(topic string, n string) lag.PartitionIx {
	key := topic + "/" + n
	ix, ok := rp.partitions[key]
	if !ok {
		t := rp.topic(topic)
		rp.own()
		num, _ := strconv.Atoi(n)
		ix = lag.PartitionIx(len(rp.topo.Partitions))
		rp.partitions[key] = ix
		rp.topo.Partitions = append(rp.topo.Partitions, lag.Partition{Topic: t, Number: int32(num), Epoch: -1})
		ps := append([]lag.PartitionIx(nil), rp.topo.Topics[t].Partitions...)
		ps = append(ps, ix)
		sort.Slice(ps, func(a, b int) bool {
			return rp.topo.Partitions[ps[a]].Number < rp.topo.Partitions[ps[b]].Number
		})
		rp.topo.Topics[t].Partitions = ps
		for _, col := range []*[]int64{&rp.start, &rp.end, &rp.stable} {
			*col = append(*col, lag.Unknown)
		}
		for g := range rp.topo.Groups {
			rp.follow(lag.GroupIx(g), t)
		}
	}
	return ix
}

// follow gives a group that has a position on a topic positions on all its partitions.
func (rp *replayer) follow(g lag.GroupIx, t lag.TopicIx) {
	for _, i := range rp.topo.Groups[g].Positions {
		if rp.topo.Partitions[rp.topo.Positions[i].Partition].Topic == t {
			for _, p := range rp.topo.Topics[t].Partitions {
				rp.position(g, p)
			}
			return
		}
	}
}

func (rp *replayer) group(name string) lag.GroupIx {
	ix, ok := rp.groups[name]
	if !ok {
		rp.own()
		ix = lag.GroupIx(len(rp.topo.Groups))
		rp.groups[name] = ix
		rp.topo.Groups = append(rp.topo.Groups, lag.Group{Name: name, Epoch: -1})
	}
	return ix
}

func (rp *replayer) position(g lag.GroupIx, p lag.PartitionIx) lag.PositionIx {
	key := [2]int32{int32(g), int32(p)}
	ix, ok := rp.positions[key]
	if !ok {
		rp.own()
		ix = lag.PositionIx(len(rp.topo.Positions))
		rp.positions[key] = ix
		rp.topo.Positions = append(rp.topo.Positions, lag.Position{Group: g, Partition: p})
		rp.topo.Groups[g].Positions = append(append([]lag.PositionIx(nil), rp.topo.Groups[g].Positions...), ix)
		rp.commit = append(rp.commit, lag.None)
		rp.follow(g, rp.topo.Partitions[p].Topic)
	}
	return ix
}

// reading returns what is known after a poll.
func (rp *replayer) reading(sent int64) *lag.Reading {
	rp.dirty = false
	r := &lag.Reading{
		Topology: rp.topo, Tick: time.UnixMilli(sent), Complete: true,
		Start: append([]int64(nil), rp.start...), End: append([]int64(nil), rp.end...),
		Stable: append([]int64(nil), rp.stable...), Committed: append([]int64(nil), rp.commit...),
		Backlog:     map[lag.PositionIx]int64{},
		StartAt:     []lag.ShardTime{rp.stamps["start"]},
		EndAt:       []lag.ShardTime{rp.stamps["end"]},
		StableAt:    []lag.ShardTime{rp.stamps["lso"]},
		CommittedAt: []lag.ShardTime{rp.stamps["commit"]},
		LateEnd:     map[lag.PartitionIx]lag.ShardTime{}, LateCommit: map[lag.PositionIx]lag.ShardTime{},
	}
	for i, v := range rp.backlog {
		r.Backlog[i] = v
		r.LateCommit[i] = rp.stamps["share"]
	}
	for name, s := range rp.late["end"] {
		if p, ok := rp.partitions[name]; ok {
			r.LateEnd[p] = s
		}
	}
	rp.lateCommits(r)
	if rp.stamps["end"].Answered.Before(r.Tick) || rp.stamps["commit"].Answered.Before(r.Tick) {
		r.Complete = false
		r.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: "recorded", Kind: lag.KindCluster}, Reason: lag.Unreachable}}
	}
	return r
}

func (rp *replayer) lateCommits(r *lag.Reading) {
	for _, req := range []string{"commit", "share"} {
		for name, s := range rp.late[req] {
			parts := strings.SplitN(name, "/", 2)
			g, ok := rp.groups[parts[0]]
			if !ok {
				continue
			}
			for _, i := range rp.topo.Groups[g].Positions {
				p := rp.topo.Partitions[rp.topo.Positions[i].Partition]
				full := fmt.Sprintf("%s/%d", rp.topo.Topics[p.Topic].Name, p.Number)
				if len(parts) == 1 || parts[1] == full {
					r.LateCommit[i] = s
				}
			}
		}
	}
}
