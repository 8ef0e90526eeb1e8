package lag

import "time"

// Indexes into a [Topology]. They are stable for the life of a probe and never reused: a thing that vanishes is marked
// Gone and keeps its index, one that comes back under its name gets its old index again (a topic made anew under the
// same name keeps the index and changes its ID).
type (
	NodeIx      int32
	TopicIx     int32
	PartitionIx int32
	GroupIx     int32
	PositionIx  int32
)

// Nowhere is the absent index: a partition without leader, a group without coordinator.
const Nowhere = -1

// Topology is what exists: an immutable snapshot whose columns a [Reading] is aligned with. A later snapshot of the
// same probe has the same indexes for the same things, and perhaps more of them.
type Topology struct {
	Cluster    string // name in the configuration
	ID         string // cluster id as the brokers tell it; "" until known
	Gen        uint64 // grows with each change of the snapshot
	Controller NodeIx // Nowhere until known
	Nodes      []Node
	Topics     []Topic
	Partitions []Partition
	Groups     []Group
	Positions  []Position
}

// Node is a broker.
type Node struct {
	ID   int32
	Host string
	Port int32
	Rack string // "" when none is set
	Gone bool   // no longer listed by the cluster
}

// Topic is a topic and its partitions, in the order of their numbers.
type Topic struct {
	Name       string
	ID         [16]byte // all zero where the broker is too old to tell
	Internal   bool
	Gone       bool
	Partitions []PartitionIx
	Settings   *Settings // nil until configs were read
}

// Settings is the part of a topic's configuration that weir reasons with.
type Settings struct {
	Cleanup        string        // cleanup.policy: delete, compact, or both joined by a comma
	Retention      time.Duration // retention.ms; Forever, UnknownRetention
	RetentionBytes int64         // retention.bytes of a partition; Unknown; another negative is no limit
	Changed        []Setting     // what differs from the broker's default, sorted by name
	At             time.Time     // when it was read
}

// Values of [Settings.Retention] that are no span of time.
const (
	Forever          time.Duration = -1
	UnknownRetention time.Duration = -1 << 63
)

// Setting is one configuration entry.
type Setting struct{ Name, Value, Default string }

// Partition is one partition's place.
type Partition struct {
	Topic    TopicIx
	Number   int32
	Leader   NodeIx // Nowhere when there is none
	Epoch    int32  // leader epoch, −1 unknown
	Replicas []NodeIx
	ISR      []NodeIx
	Offline  []NodeIx
	Gone     bool
}

// GroupType is the kind of a group's protocol.
type GroupType uint8

// The kinds of groups. Untold is a group whose kind the broker is too old to tell.
const (
	Untold   GroupType = iota
	Classic            // JoinGroup, protocol type consumer
	Consumer           // KIP-848
	Share              // KIP-932
	Streams            // KIP-1071
	Connect            // Connect workers: members, no offsets
	Simple             // offsets without membership: always Empty, dead or alive
)

var groupTypes = [...]string{"unknown", "classic", "consumer", "share", "streams", "connect", "simple"}

// String returns the name used in JSON.
func (t GroupType) String() string {
	if int(t) < len(groupTypes) {
		return groupTypes[t]
	}
	return "unknown"
}

// Group is a consumer group of any kind.
type Group struct {
	Name         string
	Type         GroupType
	ProtocolType string // consumer, connect, share, streams, or "" for simple ones
	State        string // as the broker names it: Stable, Empty, PreparingRebalance …; "" unknown
	StateAt      time.Time
	Assignor     string
	Epoch        int32  // KIP-848 group epoch; −1 where there is none
	Coordinator  NodeIx // Nowhere when unknown
	Gone         bool   // no longer listed by any coordinator that answered
	Members      []Member
	MembersAt    time.Time    // when Members was read; zero: never
	Positions    []PositionIx // those that exist now; [Topology.Positions] keeps the ended ones too
}

// Member is one member of a group.
type Member struct {
	ID         string
	InstanceID string // group.instance.id; "" for dynamic members
	ClientID   string
	Host       string
	Epoch      int32 // member epoch; −1 where there is none
	Assigned   []PartitionIx
}

// Position is a group's place in a partition.
type Position struct {
	Group     GroupIx
	Partition PartitionIx
}
