package lag

import "time"

// EventKind is what an [Event] tells.
type EventKind uint8

// The kinds of events.
const (
	MembersJoined EventKind = iota
	MembersLeft
	RebalanceBegan
	RebalanceEnded
	GroupAppeared
	GroupGone
	CoordinatorMoved
	OffsetsRewound // set back, not by the group's own reading
	OffsetsSkipped // set on, not by the group's own reading
	OffsetsGone    // commits were deleted or have expired
	TopicCreated
	TopicDeleted
	TopicMadeAnew // deleted and created again under its name
	PartitionsAdded
	LeaderMoved
	ISRShrunk
	ISRGrew
	ConfigChanged
	BrokerUp
	BrokerDown
	ControllerMoved
	StateChanged  // a group came into trouble, out of it, or from one trouble into another; names of states
	numEventKinds = iota
)

var eventKinds = [numEventKinds]string{
	"members_joined", "members_left", "rebalance_began", "rebalance_ended", "group_appeared", "group_gone",
	"coordinator_moved", "offsets_rewound", "offsets_skipped", "offsets_gone", "topic_created", "topic_deleted",
	"topic_made_anew", "partitions_added", "leader_moved", "isr_shrunk", "isr_grew", "config_changed", "broker_up",
	"broker_down", "controller_moved", "state_changed",
}

// String returns the kind's name in JSON.
func (k EventKind) String() string {
	if int(k) < len(eventKinds) {
		return eventKinds[k]
	}
	return ""
}

// EventKinds returns the names of all kinds of events.
func EventKinds() []string { return append([]string(nil), eventKinds[:]...) }

// Disturbs reports whether an event is trouble in itself: somebody or something else moved where a group reads.
func (k EventKind) Disturbs() bool {
	return k == OffsetsRewound || k == OffsetsSkipped || k == TopicMadeAnew
}

// Event is a change between two readings.
type Event struct {
	At            time.Time // when it was seen, at most a refresh after it happened
	Subject       Ref
	Kind          EventKind
	Before, After string // what it was and is, in a few words; "" where there was or is nothing. Names may hold any byte
}

// eventsOfAKind bounds how many events of one kind a reading may tell one by one. A broker that restarts moves thousands
// of leaders: the rest is told as one event of the cluster.
const eventsOfAKind = 100

// Diff returns what changed between two readings that were folded into h one after the other, next last.
//
// What could not be seen in either is no change: a list of groups that is empty because its coordinator is starting
// tells of no group that is gone, and a commit that was not read has not moved.
func Diff(prev, next *Reading, h *History) []Event {
	d := differ{prev: prev, next: next, h: h, at: next.Tick}
	if prev.Topology != next.Topology {
		d.brokers()
		d.topics()
		d.partitions()
		d.groups()
	}
	d.goneGroups()
	d.offsets()
	return d.out
}

type differ struct {
	prev, next *Reading
	h          *History
	at         time.Time
	out        []Event
	told       [numEventKinds]int
	left       [numEventKinds]int
}

func (d *differ) tell(k EventKind, subject Ref, before, after string) {
	if d.told[k]++; d.told[k] > eventsOfAKind {
		d.more(k)
		return
	}
	subject.Cluster = d.next.Cluster
	d.out = append(d.out, Event{At: d.at, Subject: subject, Kind: k, Before: before, After: after})
}

// more counts an event that is not told by itself in one of the cluster.
func (d *differ) more(k EventKind) {
	n := d.told[k] - eventsOfAKind
	if n == 1 {
		d.left[k] = len(d.out)
		d.out = append(d.out, Event{At: d.at, Subject: Ref{Cluster: d.next.Cluster, Kind: KindCluster}, Kind: k})
	}
	d.out[d.left[k]].After = "and " + count(n) + " more"
}
