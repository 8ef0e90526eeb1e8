package kafka

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

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
	seen         bool // some broker answered
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
	type landed struct {
		call *call
		answer
	}
	answers := make(chan landed, len(calls))
	ctx, cancel := context.WithTimeout(s.ctx, s.opts.Timeout)
	defer cancel()
	of := map[string]int{}
	for i := range calls {
		c := &calls[i]
		of[c.what]++
		var id int32
		if c.node != lag.Nowhere {
			id = s.w.topo.Nodes[c.node].ID
		}
		go func() {
			a := answer{at: lag.ShardTime{Sent: s.opts.Now()}}
			if c.node == lag.Nowhere {
				a.resp, a.err = s.conn.Request(ctx, c.req)
			} else {
				a.resp, a.err = s.conn.RequestTo(ctx, id, c.req)
			}
			a.at.Answered = s.opts.Now()
			answers <- landed{c, a}
		}()
	}
	done := map[string]int{}
	for range calls {
		l := <-answers
		done[l.call.what]++
		if l.err == nil {
			s.seen = true
		}
		l.call.apply(l.answer)
		s.progress(l.call.what, done[l.call.what], of[l.call.what])
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

// miss notes that a broker did not answer a request.
func (s *sweep) miss(in section, n lag.NodeIx, what string, err error) fault {
	f := explain(err)
	detail := fmt.Sprintf("%s: %s", what, f.detail)
	if n == lag.Nowhere {
		s.gaps.add(in, s.ref(lag.KindCluster, "", ""), f.reason, detail)
	} else {
		s.gaps.add(in, s.nodeRef(n), f.reason, detail)
	}
	return f
}
