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

	"weir/lag"
	"weir/probes"
)

// Options are what a probe needs beside its connection.
type Options struct {
	Cluster string                       // name in the configuration
	Timeout time.Duration                // of one round of requests; DefaultTimeout when zero
	Skip    func(kind, name string) bool // groups and topics to leave out; nil: none
	Now     func() time.Time             // the clock; time.Now when nil
}

// DefaultTimeout is the time-out of one round of requests.
const DefaultTimeout = 5 * time.Second

// roundsOfSweep is how many time-outs a sweep without a budget may last.
const roundsOfSweep = 4

// Probe observes one cluster; see [probes.Probe].
type Probe struct {
	conn   Conn
	opts   Options
	sweeps int
	w      *world
	cols   *columns
	prev   *lag.Reading
	gaps   ledger
	apis   map[lag.NodeIx]apis
	sight  sight
	// The controller by the metadata, which is the true one only with ZooKeeper.
	controller int32
	hidden     map[string]bool // topics on disk that the metadata did not name; nil until looked for
	veiled     bool            // some of them have been told to be hidden
	unread     map[lag.GroupIx]lag.Reason
	disks      map[lag.NodeIx][]lag.LogDir
	tuning     map[lag.NodeIx]lag.Tuning
	writers    map[lag.TopicIx]writersOf
	// What failed in the last sweep too: lists a group was not on, brokers that hung in so many sweeps, and what could not
	// be healed.
	missing  map[lag.GroupIx]int
	patience map[lag.NodeIx]int
	sick     struct {
		groups map[lag.GroupIx]bool
		parts  map[lag.PartitionIx]bool
	}
	listers map[lag.NodeIx]bool // brokers that told their groups; nil until they were asked
	sets    map[string][]lag.NodeIx
	key     []byte
	dead    []lag.PartitionIx // partitions whose log ended
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
		missing: map[lag.GroupIx]int{}, patience: map[lag.NodeIx]int{}, sets: map[string][]lag.NodeIx{},
		gaps: ledger{since: map[gapKey]time.Time{}},
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
	if want.Budget <= 0 {
		want.Budget = roundsOfSweep * p.opts.Timeout
	}
	ctx, cancel := context.WithTimeout(ctx, want.Budget)
	defer cancel()
	s := p.begin(ctx, want)
	before := p.conn.Meter()
	s.observe()
	if errors.Is(ctx.Err(), context.Canceled) && !s.seen {
		return probes.Part{}, ctx.Err()
	}
	return probes.Part{Reading: s.end(before), Found: s.found}, nil
}

func (p *Probe) begin(ctx context.Context, want probes.Want) *sweep {
	p.sweeps++
	s := &sweep{
		Probe: p, ctx: ctx, want: want, at: p.opts.Now(), col: p.cols.next(),
		orphanGroups: map[lag.GroupIx]fault{}, strangers: map[lag.TopicIx]bool{}, hung: map[lag.NodeIx]error{},
	}
	for k := range s.orphanParts {
		s.orphanParts[k] = map[lag.PartitionIx]fault{}
	}
	s.grown()
	return s
}

// observe reads what is due, in the order in which one thing needs another.
func (s *sweep) observe() {
	first := !s.laidOut
	if s.due(probes.Layout) || first {
		s.laidOut = s.layout() || s.laidOut
		if !s.laidOut {
			return
		}
		s.want.Due |= probes.Layout
		if first {
			s.greeting = s.want.Greeting
		}
		s.readVersions()
		s.greeting = 0
	}
	if s.due(probes.Groups) || !s.listed && s.want.Due&(probes.Commits|probes.Members) != 0 {
		s.listed = s.listGroups() || s.listed
	}
	s.rounds()
	s.heal()
	s.readWriters()
	s.tellGone()
}

func (s *sweep) due(d probes.Due) bool { return s.want.Due.Has(d) }

// rounds sends what reads numbers: in one round, or, where the order of commits and ends matters, in two.
func (s *sweep) rounds() {
	calls := s.slowCalls()
	if s.due(probes.Commits) {
		s.gaps.open(inCommits)
		s.unread = map[lag.GroupIx]lag.Reason{}
		chunk := 0
		if s.want.Serial {
			chunk = onceChunk
		}
		calls = append(calls, s.commitCalls(s.planCommits(chunk))...)
		calls = append(calls, s.shareCalls(s.shareGroups())...)
	}
	if s.want.Serial {
		s.run(calls)
		s.grown()
		calls = nil
	}
	for _, k := range s.dueOffsets() {
		s.gaps.open(offsetSections[k])
		calls = append(calls, s.offsetCalls(k, s.planOffsets(k))...)
	}
	s.run(append(calls, s.lookupCalls()...))
	s.grown()
}

// onceChunk is how many groups one request names in a sweep that happens once: the coordinator makes one reply while
// weir reads the one before.
const onceChunk = 25

func (s *sweep) slowCalls() []call {
	calls := append(append(s.memberCalls(), s.settingsCalls()...), s.tuningCalls()...)
	if s.due(probes.Layout) {
		calls = append(calls, s.findController()...)
	}
	// A principal that may see only a part is told by the brokers' disks whether topics are hidden from it.
	if s.due(probes.Sizes) || s.sight == sightPart && s.due(probes.Layout) {
		calls = append(calls, s.sizeCalls()...)
	}
	return calls
}

// grown brings the columns to the size of what exists, and makes the numbers of logs that ended unknown.
func (s *sweep) grown() {
	s.col.fit(&s.w.topo)
	if len(s.dead) == 0 {
		return
	}
	for _, k := range []col{colStart, colEnd, colStable, colSize} {
		values := s.col.edit(k)
		for _, p := range s.dead {
			values[p] = lag.Unknown
		}
	}
	s.dead = nil
}
