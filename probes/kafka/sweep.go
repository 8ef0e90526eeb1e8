package kafka

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/kafka"
	"weir/lag"
	"weir/probes"
)

// sweep is one Observe under way. Requests run in goroutines of their own, beside each other; what they brought is
// applied by the sweep's one goroutine, so that nothing here is locked.
type sweep struct {
	*Probe
	ctx  context.Context
	want probes.Want
	at   time.Time
	col  *columns
	// Topics and groups whose values could not be read because their broker is no longer the one to ask, or does not
	// answer; see heal.
	orphanGroups map[lag.GroupIx]fault
	orphanParts  [offsetKinds]map[lag.PartitionIx]fault
	// Topics of which a commit or an assignment told more than the metadata did.
	strangers map[lag.TopicIx]bool
	hung      map[lag.NodeIx]error // brokers whose time ran out in this sweep
	greeting  time.Duration        // while brokers are met: how long they may take once one has answered; 0: as long as any
	seen      bool                 // some broker answered
	found     []probes.Found
}

// call is one request to one broker; node Nowhere is any broker. apply takes what came of it.
type call struct {
	node  lag.NodeIx
	req   kmsg.Request
	what  string // for the progress
	apply func(answer)
}

type answer struct {
	resp kmsg.Response
	at   lag.ShardTime
	err  error
}

// run sends all calls and applies their answers as they come. It returns when the last one is applied; a call whose
// time is up is answered with its context's error.
func (s *sweep) run(calls []call) {
	r := s.round(calls)
	var late <-chan time.Time
	for len(r.open) > 0 {
		select {
		case l := <-r.answers:
			s.land(r, l)
			if late == nil && s.greeting > 0 && l.err == nil {
				took := time.Since(r.begun)
				late = time.After(max(s.greeting, 3*took) - took) // a way that is long is so to all of them
			}
		case <-late:
			for i := range calls {
				c := &calls[i]
				if !r.open[c] {
					continue
				}
				err := &kafka.Failure{Key: c.req.Key(), One: true, Timeout: time.Since(r.begun).Round(100 * time.Millisecond), Err: context.DeadlineExceeded}
				s.land(r, landed{c, answer{err: err}})
			}
		}
	}
}

// round is calls that were sent beside each other.
type round struct {
	begun    time.Time
	answers  chan landed
	open     map[*call]bool
	of, done map[string]int // by what is read
}

type landed struct {
	call *call
	answer
}

func (s *sweep) round(calls []call) *round {
	r := &round{begun: time.Now(), answers: make(chan landed, len(calls)), open: map[*call]bool{}, of: map[string]int{}, done: map[string]int{}}
	limit := s.limit()
	asked := s.anyone()
	for i := range calls {
		c := &calls[i]
		r.of[c.what]++
		r.open[c] = true
		if err := s.hung[c.node]; err != nil && c.node != lag.Nowhere {
			r.answers <- landed{c, answer{err: err}}
			continue
		}
		send := s.sender(c, asked, limit)
		go func() {
			a := answer{at: lag.ShardTime{Sent: s.opts.Now()}}
			a.resp, a.err = send()
			a.at.Answered = s.opts.Now()
			r.answers <- landed{c, a}
		}()
	}
	return r
}

// land applies an answer.
func (s *sweep) land(r *round, l landed) {
	delete(r.open, l.call)
	r.done[l.call.what]++
	s.note(l.call.node, l.err)
	l.call.apply(l.answer)
	s.progress(l.call.what, r.done[l.call.what], r.of[l.call.what])
}

// sender returns what sends a call. It must not look at the sweep when it runs.
func (s *sweep) sender(c *call, asked []int32, limit time.Duration) func() (kmsg.Response, error) {
	conn, ctx, req := s.conn, s.ctx, c.req
	if c.node == lag.Nowhere {
		return func() (kmsg.Response, error) {
			return within(ctx, limit, func(ctx context.Context) (kmsg.Response, error) { return askAnyone(ctx, conn, asked, req, limit/2) })
		}
	}
	id := s.w.topo.Nodes[c.node].ID
	if s.patience[c.node]%fullPatience != 0 {
		limit = min(limit, shortPatience)
	}
	return func() (kmsg.Response, error) {
		return within(ctx, limit, func(ctx context.Context) (kmsg.Response, error) { return conn.RequestTo(ctx, id, req) })
	}
}

// A broker that hangs is waited for at full length in one sweep of fullPatience only, so that what the others tell does
// not come late each time.
const (
	fullPatience  = 4
	shortPatience = time.Second
)

// askAnyone asks brokers that are known to answer, then leaves the choice to the client.
func askAnyone(ctx context.Context, conn Conn, ids []int32, req kmsg.Request, each time.Duration) (kmsg.Response, error) {
	for _, id := range ids {
		sent, again := req, kafka.Twin(req)
		resp, err := within(ctx, each, func(ctx context.Context) (kmsg.Response, error) { return conn.RequestTo(ctx, id, sent) })
		if err == nil || ctx.Err() != nil {
			return resp, err
		}
		req = again
	}
	return conn.Request(ctx, req)
}

// anyone chooses a broker for what any can answer: each in turn, none that is known not to answer. Nil before the first
// layout.
func (s *sweep) anyone() []int32 {
	var good []int32
	for i := range s.w.topo.Nodes {
		n := &s.w.topo.Nodes[i]
		if !n.Gone && s.patience[lag.NodeIx(i)] == 0 && s.hung[lag.NodeIx(i)] == nil {
			good = append(good, n.ID)
		}
	}
	if len(good) == 0 {
		return nil
	}
	i := s.sweeps % len(good)
	return good[i : i+1]
}

// limit is the time one round may take: half of what the sweep has left, so that a broker that hangs in one leaves time
// for those after it, and never more than the time-out.
func (s *sweep) limit() time.Duration {
	limit := s.opts.Timeout
	if end, ok := s.ctx.Deadline(); ok {
		limit = min(limit, time.Until(end)/2)
	}
	return limit
}

// note learns from an answer whether a broker is there.
func (s *sweep) note(n lag.NodeIx, err error) {
	if err == nil {
		s.seen = true
	}
	switch {
	case n == lag.Nowhere:
	case err == nil:
		delete(s.patience, n)
	case s.hung[n] == nil && s.ctx.Err() == nil && explain(err).reason == lag.Timeout:
		s.hung[n] = err
		s.patience[n]++
	}
}

func (s *sweep) progress(what string, done, of int) {
	if s.want.Progress != nil {
		s.want.Progress(probes.Progress{Reading: what, Done: done, Of: of, Groups: len(s.w.topo.Groups), Partitions: len(s.w.topo.Partitions)})
	}
}

func (s *sweep) keeps(kind, name string) bool {
	if s.opts.Skip != nil && s.opts.Skip(kind, name) {
		return false
	}
	return s.want.Keep == nil || s.want.Keep(kind, name)
}

func (s *sweep) ref(kind, name, sub string) lag.Ref {
	return lag.Ref{Cluster: s.w.topo.Cluster, Kind: kind, Name: name, Sub: sub}
}

func (s *sweep) nodeRef(n lag.NodeIx) lag.Ref {
	return s.ref(lag.KindBroker, strconv.Itoa(int(s.w.topo.Nodes[n].ID)), "")
}

func (s *sweep) groupRef(g lag.GroupIx) lag.Ref {
	return s.ref(lag.KindGroup, s.w.topo.Groups[g].Name, "")
}

func (s *sweep) partitionRef(p lag.PartitionIx) lag.Ref {
	part := s.w.topo.Partitions[p]
	return s.ref(lag.KindPartition, s.w.topo.Topics[part.Topic].Name, strconv.Itoa(int(part.Number)))
}

func (s *sweep) positionRef(i lag.PositionIx) lag.Ref {
	at := s.w.topo.Positions[i]
	p := s.w.topo.Partitions[at.Partition]
	return s.ref(lag.KindPosition, s.w.topo.Groups[at.Group].Name, fmt.Sprintf("%s:%d", s.w.topo.Topics[p.Topic].Name, p.Number))
}

// miss notes that a broker did not answer a request.
func (s *sweep) miss(in section, n lag.NodeIx, what string, err error) {
	f := explain(err)
	ref := s.ref(lag.KindCluster, "", "")
	if n != lag.Nowhere {
		ref = s.nodeRef(n)
	}
	s.gaps.add(in, ref, f.reason, fmt.Sprintf("%s: %s", what, f.detail))
}
