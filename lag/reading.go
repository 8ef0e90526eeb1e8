package lag

import "time"

// ShardTime says when one broker answered one batch: the values lie somewhere between the two moments.
type ShardTime struct{ Sent, Answered time.Time }

// IsZero reports whether the broker has not answered yet.
func (s ShardTime) IsZero() bool { return s.Answered.IsZero() }

// Reading is one sweep over a system: columns aligned with the topology's indexes. It is immutable once made. Every
// tick yields one, if only of gaps.
type Reading struct {
	*Topology
	Tick time.Time // begin of the sweep

	Start  []int64 // log start, by partition; Unknown until read
	End    []int64 // high watermark, by partition
	Stable []int64 // last stable offset, by partition
	Size   []int64 // bytes of the leader's replica, by partition

	Committed []int64 // by position; None: no commit
	// Backlog holds the lag of positions whose system tells it itself (share groups, where the committed offset is the
	// share-partition start offset and the end minus it is not the lag). Unknown: the broker is too old to tell.
	Backlog map[PositionIx]int64

	// When each broker answered, by node. A shard that failed keeps its old values and its old stamp.
	StartAt, EndAt, StableAt, SizeAt, CommittedAt []ShardTime
	// Late holds the stamps of single values that are older than their broker's answer: the broker answered, but not for
	// this partition or position.
	LateEnd    map[PartitionIx]ShardTime
	LateCommit map[PositionIx]ShardTime

	// Disks and Tuning are, by broker, where it keeps logs and how it is set; Tuning of those that somebody looks at. A
	// broker without an entry has not been read.
	Disks  map[NodeIx][]LogDir
	Tuning map[NodeIx]Tuning
	// Writers are, by topic, who was seen to write it; of those that somebody looked at.
	Writers map[TopicIx]*Writers

	// Unlisted is the number of brokers that were asked for their groups and never told them: there may be groups that are
	// not in the reading.
	Unlisted int
	// Unread holds the groups whose commits were not read in this sweep, though it was time to, and why. Partial says that
	// groups may have positions that are not in the reading: the system leaves out without a word what this principal may
	// not see, so that what they add up to is a lower bound.
	Unread  map[GroupIx]Reason
	Partial bool

	Heard    bool  // some broker answered something in this sweep, if only that it can't tell
	Gaps     []Gap // what could not be seen, and why
	Complete bool  // nothing that was asked for is missing, not even in silence
	Cost     Cost
}

// EndStamp returns when the end of partition p was read; zero when it never was.
func (r *Reading) EndStamp(p PartitionIx) ShardTime {
	if s, late := r.LateEnd[p]; late {
		return s
	}
	return stampOf(r.EndAt, r.Partitions[p].Leader)
}

// CommitStamp returns when the commit of position i was read; zero when it never was.
func (r *Reading) CommitStamp(i PositionIx) ShardTime {
	if s, late := r.LateCommit[i]; late {
		return s
	}
	return stampOf(r.CommittedAt, r.Groups[r.Positions[i].Group].Coordinator)
}

func stampOf(at []ShardTime, n NodeIx) ShardTime {
	if n < 0 || int(n) >= len(at) {
		return ShardTime{}
	}
	return at[n]
}

// maxPartitionRate is the produce rate, in records a second, that no partition is expected to pass. It bounds what the
// time between two stamps may explain while the true rate is not measured.
const maxPartitionRate = 1e6

// Slack returns how many records may have been written, read and committed between the moment the end was read and
// the moment the commit was: a commit that lies no further beyond the end is no anomaly. rate is the partition's produce
// rate in records a second, negative when not known.
func Slack(end, commit ShardTime, rate float64) int64 {
	if end.IsZero() || commit.IsZero() {
		return 0
	}
	gap := commit.Answered.Sub(end.Sent)
	if gap <= 0 {
		return 0
	}
	if rate < 0 {
		rate = maxPartitionRate
	}
	return int64(min(rate*gap.Seconds()+1, 1<<62))
}

// Lag returns the lag of position i in records; see [Of]. A commit beyond the end counts as none within what the time
// between the two reads explains at a produce rate (records a second, negative when not known).
func (r *Reading) Lag(i PositionIx, rate float64) int64 {
	if v, told := r.Backlog[i]; told {
		return v
	}
	p := r.Positions[i].Partition
	return r.forgive(Of(r.Start[p], r.End[p], r.Committed[i]), i, rate)
}

// StableLag is [Reading.Lag] against the last stable offset: what a read_committed consumer can still read. A commit
// beyond the last stable offset but not beyond the end is no anomaly, and counts as 0.
func (r *Reading) StableLag(i PositionIx, rate float64) int64 {
	if v, told := r.Backlog[i]; told {
		return v
	}
	p := r.Positions[i].Partition
	if c := r.Committed[i]; Known(c) && Known(r.End[p]) && Known(r.Stable[p]) && c > r.Stable[p] && c <= r.End[p] {
		return 0
	}
	return r.forgive(Of(r.Start[p], r.Stable[p], r.Committed[i]), i, rate)
}

func (r *Reading) forgive(v int64, i PositionIx, rate float64) int64 {
	if !Known(v) || v >= 0 {
		return v
	}
	if -v <= Slack(r.EndStamp(r.Positions[i].Partition), r.CommitStamp(i), rate) {
		return 0
	}
	return v
}

// Lost returns the records deleted before position i read them; see [LostOf]. It is 0 for share groups, whose start
// offset moves with the log, and None where such a group has read nothing yet.
func (r *Reading) Lost(i PositionIx) int64 {
	if v, told := r.Backlog[i]; told {
		if v == None {
			return None
		}
		return 0
	}
	return LostOf(r.Start[r.Positions[i].Partition], r.Committed[i])
}
