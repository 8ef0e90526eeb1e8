package kafka

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/lag"
)

// Who writes a topic is asked for the topics in focus alone, and for those the engine names, at most so often. Replies have no bound of their own: a
// partition that short-lived clients write has a producer for each of them. So the first look asks about a few partitions,
// and those after it about as many as are thought to name no more than manyProducers; where even that is not kept, looks
// are rarer.
const (
	writersEvery    = 30 * time.Second
	writersRarely   = 5 * time.Minute
	firstPartitions = 32
	mostPartitions  = 200
	manyProducers   = 20_000
	mostTxns        = 200 // transactional ids that are asked about in one look
)

// writersOf keeps what is known of who writes a topic.
type writersOf struct {
	*lag.Writers
	told int // producers that the last look named
}

// readWriters asks the leaders of those topics who writes them, and the coordinators who that is.
func (s *sweep) readWriters() {
	names := slices.Clone(s.want.Writers)
	for _, f := range s.want.Focus {
		if f.Kind == lag.KindTopic {
			names = append(names, f.Name)
		}
	}
	for _, name := range names {
		t, known := s.w.topics[name]
		if !known || s.w.topo.Topics[t].Gone || !s.keeps(lag.KindTopic, name) {
			continue
		}
		if last, read := s.writers[t]; !read || s.at.Sub(last.At) >= last.every() {
			s.readWritersOf(t)
		}
	}
}

func (w writersOf) every() time.Duration {
	if w.told > manyProducers {
		return writersRarely
	}
	return writersEvery
}

// share is how many partitions the next look asks about.
func (w writersOf) share() int {
	switch {
	case w.Writers == nil:
		return firstPartitions
	case w.told == 0:
		return mostPartitions
	}
	return max(1, min(mostPartitions, manyProducers*w.Asked/w.told))
}

func (s *sweep) readWritersOf(t lag.TopicIx) {
	was := s.writers[t]
	topic := &s.w.topo.Topics[t]
	look := &writersLook{sweep: s, topic: t, name: topic.Name}
	look.now = lag.Writers{At: s.at, Written: map[lag.PartitionIx]lag.Written{}}
	look.now.Asked = min(len(topic.Partitions), was.share())
	s.run(look.producerCalls(topic.Partitions[:look.now.Asked]))
	s.run(look.listCalls())
	s.run(look.describeCalls())
	look.christen()
	if was.Writers != nil { // who didn't answer keeps what was told, with its old stamp
		for p, w := range was.Written {
			if _, fresh := look.now.Written[p]; !fresh && slices.Contains(topic.Partitions, p) {
				look.now.Written[p] = w
			}
		}
	}
	s.writers = maps.Clone(s.writers) // readings hold the one before
	if s.writers == nil {
		s.writers = map[lag.TopicIx]writersOf{}
	}
	s.writers[t] = writersOf{&look.now, look.told}
}

// whoWrites is what is known of it, as readings hold it.
func (s *sweep) whoWrites() map[lag.TopicIx]*lag.Writers {
	if len(s.writers) == 0 {
		return nil
	}
	out := make(map[lag.TopicIx]*lag.Writers, len(s.writers))
	for t, w := range s.writers {
		out[t] = w.Writers
	}
	return out
}

// writersLook is one look at who writes a topic.
type writersLook struct {
	*sweep
	topic lag.TopicIx
	name  string
	now   lag.Writers
	told  int
	// txns are the transactions of the transactional producers, by producer id, once listed.
	txns map[int64]txn
}

func (l *writersLook) gap(ref lag.Ref, reason lag.Reason, detail string) {
	l.now.Gaps = append(l.now.Gaps, lag.Gap{Ref: ref, Reason: reason, Detail: detail, Since: l.at})
}

// producerCalls asks each leader once.
func (l *writersLook) producerCalls(parts []lag.PartitionIx) []call {
	byNode := map[lag.NodeIx][]lag.PartitionIx{}
	for _, p := range parts {
		part := &l.w.topo.Partitions[p]
		switch {
		case part.Gone:
		case part.Leader < 0:
			l.gap(l.partitionRef(p), lag.NoLeader, "it has no leader to ask")
		default:
			byNode[part.Leader] = append(byNode[part.Leader], p)
		}
	}
	var calls []call
	for n, parts := range byNode {
		if !l.speaks(n, kmsg.DescribeProducers.Int16(), 0) {
			l.gap(l.nodeRef(n), lag.Unsupported, "the broker is too old to tell who writes (KIP-664)")
			continue
		}
		req := kmsg.NewPtrDescribeProducersRequest()
		rt := kmsg.NewDescribeProducersRequestTopic()
		rt.Topic = l.name
		for _, p := range parts {
			rt.Partitions = append(rt.Partitions, l.w.topo.Partitions[p].Number)
		}
		req.Topics = append(req.Topics, rt)
		calls = append(calls, call{node: n, req: req, what: "producers", apply: func(a answer) {
			if a.err != nil {
				f := explain(a.err)
				l.gap(l.nodeRef(n), f.reason, "producers: "+f.detail)
				return
			}
			l.applyProducers(a.resp.(*kmsg.DescribeProducersResponse), parts, a.at)
		}})
	}
	return calls
}

func (l *writersLook) applyProducers(resp *kmsg.DescribeProducersResponse, asked []lag.PartitionIx, at lag.ShardTime) {
	refused := map[int16]bool{}
	for i := range resp.Topics {
		if resp.Topics[i].Topic != l.name {
			continue
		}
		for n := range resp.Topics[i].Partitions {
			p := &resp.Topics[i].Partitions[n]
			k := slices.IndexFunc(asked, func(ix lag.PartitionIx) bool { return l.w.topo.Partitions[ix].Number == p.Partition })
			if k < 0 {
				continue
			}
			if p.ErrorCode != 0 {
				l.refuse(asked[k], p.ErrorCode, refused)
				continue
			}
			l.told += len(p.ActiveProducers)
			l.now.Written[asked[k]] = written(p.ActiveProducers, at.Answered)
		}
	}
}

// refuse notes that a leader didn't tell of a partition: once for the topic where it may not.
func (l *writersLook) refuse(p lag.PartitionIx, code int16, told map[int16]bool) {
	f := coded(code)
	ref := l.partitionRef(p)
	if f.reason == lag.NotAuthorized {
		if ref = l.ref(lag.KindTopic, l.name, ""); told[code] {
			return
		}
		told[code] = true
		f.detail += "; who writes a topic is told to who may read it"
	}
	l.gap(ref, f.reason, "producers: "+f.detail)
}

// written keeps the producers that are worth telling.
func written(all []kmsg.DescribeProducersResponseTopicPartitionActiveProducer, at time.Time) lag.Written {
	out := lag.Written{Count: len(all), At: at, Producers: make([]lag.Producer, 0, min(len(all), lag.MostProducers))}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	open := func(i int) bool { return all[i].CurrentTxnStartOffset >= 0 }
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case open(a) != open(b):
			if open(a) {
				return -1
			}
			return 1
		case open(a):
			return cmp.Compare(all[a].CurrentTxnStartOffset, all[b].CurrentTxnStartOffset)
		}
		return cmp.Or(cmp.Compare(all[b].LastTimestamp, all[a].LastTimestamp), cmp.Compare(all[a].ProducerID, all[b].ProducerID))
	})
	for _, i := range order[:min(len(order), lag.MostProducers)] {
		p := &all[i]
		w := lag.Producer{ID: p.ProducerID, Epoch: p.ProducerEpoch, Sequence: p.LastSequence, TxnStart: lag.None,
			Transactional: p.CoordinatorEpoch >= 0 || p.CurrentTxnStartOffset >= 0}
		if p.LastTimestamp >= 0 {
			w.Wrote = time.UnixMilli(p.LastTimestamp)
		}
		if open(i) {
			w.TxnStart = p.CurrentTxnStartOffset
		}
		out.Producers = append(out.Producers, w)
	}
	return out
}
