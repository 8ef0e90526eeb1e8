package state

import (
	"testing"
	"time"

	"weir/lag"
)

// sim is a cluster of one broker, one topic and one group, whose life a test writes second by second.
type sim struct {
	t       *testing.T
	at      time.Time
	refresh time.Duration
	topo    lag.Topology
	start   []int64
	end     []int64
	stable  []int64 // lag.Unknown: as the end
	commit  []int64
	rate    []int64 // records a second, by partition
	reads   []bool  // by position
	every   int     // seconds between two commits
	behind  int64   // records that stay unread at each commit
	seconds int
	down    bool         // the broker does not answer
	deaf    bool         // it answers others, but not us
	dark    map[int]bool // partitions whose leader does not answer
	mute    map[int]bool // partitions whose leader never did
	skew    time.Duration
	backlog map[lag.PositionIx]int64
	unread  map[lag.GroupIx]lag.Reason
	partial bool
	writers map[lag.TopicIx]*lag.Writers

	members0 bool // members are never read

	endAt, commitAt lag.ShardTime
	h               *lag.History
	j               *Judge
	r, prev         *lag.Reading
	res             *Result
	events          []lag.Event
}

// newSim returns a group that commits every 5 s and keeps up, with 10 records a second on each of its partitions.
func newSim(t *testing.T, partitions int) *sim {
	s := &sim{t: t, at: time.UnixMilli(1_800_000_000_000), refresh: time.Second, every: 5, h: lag.NewHistory(), j: New(nil)}
	s.topo = lag.Topology{Cluster: "sim", Nodes: []lag.Node{{ID: 1}}, Topics: []lag.Topic{{Name: "orders", ID: [16]byte{1}}},
		Groups: []lag.Group{{Name: "billing", Type: lag.Classic, ProtocolType: "consumer", State: "Stable", Epoch: -1}}}
	s.add(partitions, 10)
	s.members(1)
	return s
}

// add makes partitions that come in at a rate, and positions that read them.
func (s *sim) add(n int, rate int64) {
	for range n {
		p := lag.PartitionIx(len(s.topo.Partitions))
		s.topo.Partitions = append(s.topo.Partitions, lag.Partition{Number: int32(p)})
		s.topo.Topics[0].Partitions = append(s.topo.Topics[0].Partitions[:p:p], p)
		s.topo.Positions = append(s.topo.Positions, lag.Position{Partition: p})
		s.topo.Groups[0].Positions = append(s.topo.Groups[0].Positions[:p:p], lag.PositionIx(p))
		s.start, s.end, s.stable = append(s.start, 0), append(s.end, 100), append(s.stable, lag.Unknown)
		s.commit, s.rate, s.reads = append(s.commit, 100), append(s.rate, rate), append(s.reads, true)
	}
	s.topo.Gen++
}

// members gives the group so many members, which share its partitions.
func (s *sim) members(n int) {
	ms := make([]lag.Member, n)
	for k := range ms {
		ms[k] = lag.Member{ID: "m" + string(rune('0'+k)), ClientID: "app-" + string(rune('0'+k)), Host: "/10.0.0.1"}
	}
	for p := range s.topo.Partitions {
		if n > 0 {
			ms[p%n].Assigned = append(ms[p%n].Assigned, lag.PartitionIx(p))
		}
	}
	s.topo.Groups[0].Members = ms
}

func (s *sim) state(word string) {
	s.topo.Groups[0].State = word
	if word == "Empty" {
		s.members(0)
	}
}

func (s *sim) readAll(yes bool) {
	for i := range s.reads {
		s.reads[i] = yes
	}
}

// pass lets seconds go by, with a reading at each refresh.
func (s *sim) pass(seconds int) *sim {
	s.t.Helper()
	for range seconds {
		s.second()
		if time.Duration(s.seconds)*time.Second%s.refresh == 0 {
			s.read()
		}
	}
	return s
}

func (s *sim) second() {
	s.seconds++
	s.at = s.at.Add(time.Second)
	if s.down {
		return
	}
	for p := range s.end {
		if s.dark[p] {
			continue
		}
		s.end[p] += s.rate[p]
		if s.reads[p] && s.seconds%s.every == 0 && s.commit[p] != lag.None {
			s.commit[p] = max(s.commit[p], s.readable(p)-s.behind)
		}
	}
}

// readable is how far a member that reads committed records can read.
func (s *sim) readable(p int) int64 {
	if s.stable[p] != lag.Unknown {
		return s.stable[p]
	}
	return s.end[p]
}

func (s *sim) read() {
	topo := s.topo
	topo.Topics = append([]lag.Topic(nil), topo.Topics...)
	topo.Partitions = append([]lag.Partition(nil), topo.Partitions...)
	topo.Groups = append([]lag.Group(nil), topo.Groups...)
	at := s.at.Add(s.skew)
	if !s.down && !s.deaf {
		s.endAt = lag.ShardTime{Sent: at, Answered: at.Add(5 * time.Millisecond)}
		s.commitAt = s.endAt
		topo.Groups[0].StateAt = s.endAt.Answered
		if !s.members0 {
			topo.Groups[0].MembersAt = s.endAt.Answered
		}
	}
	stable := append([]int64(nil), s.stable...)
	for p := range stable {
		stable[p] = s.readable(p)
	}
	st := lag.ShardTime{Sent: s.endAt.Answered, Answered: s.endAt.Answered.Add(time.Millisecond)}
	r := &lag.Reading{Topology: &topo, Tick: at, Start: append([]int64(nil), s.start...), End: append([]int64(nil), s.end...),
		Stable: stable, Committed: append([]int64(nil), s.commit...), StartAt: []lag.ShardTime{s.endAt},
		EndAt: []lag.ShardTime{s.endAt}, StableAt: []lag.ShardTime{st}, CommittedAt: []lag.ShardTime{s.commitAt}, Backlog: s.backlog,
		Unread: s.unread, Partial: s.partial, Writers: s.writers}
	for p := range s.dark {
		if r.LateEnd == nil {
			r.LateEnd = map[lag.PartitionIx]lag.ShardTime{}
		}
		late := lag.ShardTime{Answered: at.Add(-time.Minute)}
		if s.r != nil {
			late = s.r.EndStamp(lag.PartitionIx(p))
		}
		r.LateEnd[lag.PartitionIx(p)] = late
	}
	if s.deaf { // what is not answered is as it was
		last := s.r
		r.Topology, r.Start, r.End, r.Stable, r.Committed = last.Topology, last.Start, last.End, last.Stable, last.Committed
		r.StableAt = last.StableAt
	}
	for p := range s.mute {
		r.Start[p], r.End[p], r.Stable[p] = lag.Unknown, lag.Unknown, lag.Unknown
		r.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: "sim", Kind: lag.KindBroker, Name: "2"}, Reason: lag.Timeout}}
	}
	if s.down || s.deaf {
		r.Gaps = []lag.Gap{{Ref: lag.Ref{Cluster: "sim", Kind: lag.KindBroker, Name: "1"}, Reason: lag.Timeout}}
	}
	s.h.Fold(r)
	s.res = s.j.Judge(r, s.h)
	if s.r != nil {
		s.events = append(s.events, lag.Diff(s.r, r, s.h)...)
	}
	s.prev, s.r = s.r, r
}

// is fails the test where the group is told otherwise.
func (s *sim) is(want State, sev Severity) *sim {
	s.t.Helper()
	v := s.res.Of(0)
	if v.State != want || v.Severity != sev {
		s.t.Fatalf("after %d s the group is %v (%v), want %v (%v): %s", s.seconds, v.State, v.Severity, want, sev, v.Why)
	}
	if v.Why == "" {
		s.t.Fatalf("after %d s %v has no sentence", s.seconds, v.State)
	}
	return s
}

// never fails the test where the group is in trouble at any reading of the next seconds.
func (s *sim) calmFor(seconds int) *sim {
	s.t.Helper()
	for range seconds {
		s.pass(1)
		if v := s.res.Of(0); v.Severity > Calm {
			s.t.Fatalf("after %d s a healthy group is %v: %s", s.seconds, v.State, v.Why)
		}
	}
	return s
}

// within fails the test where the group is not told so within some seconds, or told otherwise in trouble before.
func (s *sim) within(seconds int, want State) *sim {
	s.t.Helper()
	for range seconds {
		s.pass(1)
		v := s.res.Of(0)
		if v.State == want && v.Severity > Calm {
			return s
		}
		if v.Severity > Calm {
			s.t.Fatalf("after %d s the group is %v, want %v: %s", s.seconds, v.State, want, v.Why)
		}
	}
	s.t.Fatalf("after %d s the group is %v, want %v: %s", s.seconds, s.res.Of(0).State, want, s.res.Of(0).Why)
	return s
}

// happened reports whether an event of that kind was told.
func (s *sim) happened(k lag.EventKind) bool {
	for _, e := range s.events {
		if e.Kind == k {
			return true
		}
	}
	return false
}
