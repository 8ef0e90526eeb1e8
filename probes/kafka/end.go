package kafka

import (
	"weir/internal/kafka"
	"weir/lag"
)

// tellGone notes commits on logs that are gone: they are seen, and can't be compared with anything.
func (s *sweep) tellGone() {
	s.gaps.open(inGone)
	told := map[lag.TopicIx]bool{}
	for g := range s.w.held {
		for _, b := range s.w.held[g].blocks {
			t := &s.w.topo.Topics[b.topic]
			if b.live && t.Gone && !told[b.topic] {
				told[b.topic] = true
				if s.hidden[t.Name] {
					continue
				}
				s.gaps.add(inGone, s.ref(lag.KindTopic, t.Name, ""), lag.Gone, "groups have commits on it, and it is not in the metadata: deleted, or hidden from this principal")
			}
		}
	}
}

// end publishes the sweep.
func (s *sweep) end(before kafka.Cost) *lag.Reading {
	s.grown()
	t := s.w.snapshot()
	r := s.col.reading(t, s.at)
	r.Disks, r.Tuning, r.Writers = s.disks, s.tuning, s.whoWrites()
	r.Heard, r.Gaps = s.seen, s.gaps.list(s.at)
	r.Unlisted = s.unlisted()
	r.Unread, r.Partial = s.unread, s.veiled || s.sight == sightFiltered
	r.Complete = len(r.Gaps) == 0 && s.sight != sightUnknown
	r.Cost = s.cost(s.conn.Meter().Sub(before))
	s.cols, s.prev = s.col, r
	return r
}

func (s *sweep) cost(c kafka.Cost) lag.Cost {
	out := lag.Cost{
		Requests: c.Requests, BytesOut: c.BytesOut, BytesIn: c.BytesIn,
		Took: s.opts.Now().Sub(s.at), Nodes: make([]lag.NodeCost, len(s.w.topo.Nodes)),
	}
	for i := range out.Nodes {
		out.Nodes[i].P50, out.Nodes[i].P99 = -1, -1
	}
	for _, b := range c.Brokers {
		n, known := s.w.nodes[b.ID]
		if !known {
			continue
		}
		nc := &out.Nodes[n]
		nc.Requests, nc.BytesOut, nc.BytesIn = nc.Requests+b.Requests, nc.BytesOut+b.BytesOut, nc.BytesIn+b.BytesIn
		nc.P50, nc.P99, nc.Throttle = b.P50, b.P99, nc.Throttle+b.Throttle
	}
	return out
}
