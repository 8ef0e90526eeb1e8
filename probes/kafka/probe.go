// Package kafka observes an Apache Kafka cluster: groups of every kind, their commits, and the logs they read. It sends
// no request that changes anything and joins no group; the client it is given refuses both.
//
// A refresh is two rounds of requests beside each other, OffsetFetch to every coordinator and ListOffsets to every leader.
// All else is read at slower cadences, which the engine chooses.
package kafka

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"weir/internal/kafka"
	"weir/lag"
	"weir/probes"
)

// Conn is what the probe needs of a client.
type Conn interface {
	// Request sends to whichever broker the request belongs to.
	Request(context.Context, kmsg.Request) (kmsg.Response, error)
	// RequestTo sends to one broker, once.
	RequestTo(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error)
	// Meter tells what the traffic came to since the client was made.
	Meter() kafka.Cost
	Close()
}

// Options are what a probe needs beside its connection.
type Options struct {
	Cluster string                       // name in the configuration
	Timeout time.Duration                // of one round of requests; DefaultTimeout when zero
	Skip    func(kind, name string) bool // groups and topics to leave out; nil: none
	Now     func() time.Time             // the clock; time.Now when nil
}

// DefaultTimeout is the time-out of one round of requests.
const DefaultTimeout = 5 * time.Second

// Probe observes one cluster; see [probes.Probe].
type Probe struct {
	conn    Conn
	opts    Options
	w       *world
	cols    *columns
	prev    *lag.Reading
	gaps    ledger
	apis    map[lag.NodeIx]apis
	sight   sight
	hidden  map[string]bool
	missing map[lag.GroupIx]int
	sets    map[string][]lag.NodeIx
	key     []byte
	dead    []lag.PartitionIx
	plans   struct {
		commits *commitPlan
		offsets *offsetPlan
	}
	laidOut, listed bool
	closed          atomic.Bool
}

var _ probes.Probe = (*Probe)(nil)

// New makes a probe over a connection, which it closes.
func New(conn Conn, o Options) *Probe {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Probe{
		conn: conn, opts: o, w: newWorld(o.Cluster), cols: &columns{}, apis: map[lag.NodeIx]apis{},
		missing: map[lag.GroupIx]int{}, sets: map[string][]lag.NodeIx{}, gaps: ledger{since: map[gapKey]time.Time{}},
	}
}

// Name returns "kafka".
func (*Probe) Name() string { return "kafka" }

// Close closes the connection. A sweep under way ends with gaps.
func (p *Probe) Close() error {
	if p.closed.CompareAndSwap(false, true) {
		p.conn.Close()
	}
	return nil
}

// ErrClosed is returned by Observe after Close.
var ErrClosed = errors.New("kafka: the probe is closed")

// Observe makes one sweep; see [probes.Probe].
func (p *Probe) Observe(ctx context.Context, want probes.Want) (probes.Part, error) {
	if p.closed.Load() {
		return probes.Part{}, ErrClosed
	}
	if want.Budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, want.Budget)
		defer cancel()
	}
	s := p.begin(ctx, want)
	before := p.conn.Meter()
	s.observe()
	if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) && !s.seen {
		return probes.Part{}, ctx.Err()
	}
	return probes.Part{Reading: s.end(before)}, nil
}

func (p *Probe) begin(ctx context.Context, want probes.Want) *sweep {
	s := &sweep{Probe: p, ctx: ctx, want: want, at: p.opts.Now(), orphanGroups: map[lag.GroupIx]fault{}}
	for k := range s.orphanParts {
		s.orphanParts[k] = map[lag.PartitionIx]fault{}
	}
	due := map[col]probes.Due{colStart: probes.Starts, colEnd: probes.Ends, colStable: probes.Stables, colSize: probes.Sizes, colCommitted: probes.Commits}
	t := &p.w.topo
	s.col = p.cols.next(len(t.Partitions), len(t.Positions), len(t.Nodes), func(c col) bool { return want.Due.Has(due[c]) })
	return s
}

// observe reads what is due, in the order in which one thing needs another.
func (s *sweep) observe() {
	if s.want.Due.Has(probes.Layout) || !s.laidOut {
		if !s.layout() && !s.laidOut {
			return
		}
		s.laidOut = true
		s.grown()
		s.readVersions()
	}
	wantsGroups := s.want.Due&(probes.Groups|probes.Commits|probes.Members) != 0
	if s.want.Due.Has(probes.Groups) || wantsGroups && !s.listed {
		s.listGroups()
		s.listed = true
	}
	s.grown()
	s.rounds()
	s.heal()
	s.bless()
}

// rounds sends what reads numbers: in one round, or, where the order of commits and ends matters, in two.
func (s *sweep) rounds() {
	first, second := s.slowCalls(), []call(nil)
	if s.want.Due.Has(probes.Commits) {
		s.gaps.open(inCommits)
		chunk := 0
		if s.want.Serial {
			chunk = onceChunk
		}
		first = append(first, s.commitCalls(s.planCommits(chunk))...)
		first = append(first, s.shareCalls()...)
	}
	for _, k := range s.dueOffsets() {
		s.gaps.open(offsetSections[k])
	}
	if !s.want.Serial {
		first = append(first, s.endCalls()...)
		s.run(first)
		return
	}
	s.run(first)
	s.grown()
	second = s.endCalls()
	s.run(second)
}

// onceChunk is how many groups one request names in a sweep that happens once: the coordinator makes one reply while
// weir reads the one before.
const onceChunk = 25

func (s *sweep) endCalls() []call {
	var calls []call
	for _, k := range s.dueOffsets() {
		calls = append(calls, s.offsetCalls(k, s.planOffsets(k))...)
	}
	return calls
}

func (s *sweep) slowCalls() []call {
	calls := append(s.memberCalls(), s.settingsCalls()...)
	if s.want.Due.Has(probes.Layout) {
		calls = append(calls, s.findController()...)
	}
	// A principal that may see only a part is told by the brokers' disks whether topics are hidden from it.
	if s.want.Due.Has(probes.Sizes) || s.sight == sightPart && s.want.Due.Has(probes.Layout) {
		calls = append(calls, s.sizeCalls()...)
	}
	return calls
}

// grown brings the columns to the size of what exists, and makes the numbers of logs that ended unknown.
func (s *sweep) grown() {
	t := &s.w.topo
	s.col.fit(len(t.Partitions), len(t.Positions), len(t.Nodes))
	if len(s.dead) == 0 {
		return
	}
	c := s.col
	c.start, c.end, c.stable, c.size = copied(c.start, 0), copied(c.end, 0), copied(c.stable, 0), copied(c.size, 0)
	for _, p := range s.dead {
		c.start[p], c.end[p], c.stable[p], c.size[p] = lag.Unknown, lag.Unknown, lag.Unknown, lag.Unknown
	}
	s.dead = nil
}

// Over makes a connection of a client.
func Over(c *kafka.Client) Conn { return client{c} }

type client struct{ *kafka.Client }

// RequestTo sends to one broker.
func (c client) RequestTo(ctx context.Context, broker int32, req kmsg.Request) (kmsg.Response, error) {
	return c.Broker(broker).Request(ctx, req)
}
