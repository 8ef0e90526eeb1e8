package config

import "time"

// Audit is what concerns the audit log of this host.
type Audit struct {
	Anchors []Anchor `toml:"anchor"` // in the order of the file
}

// Anchor is a place off this host that keeps the audit log's checkpoints: an [[audit.anchor]] table. Values are validated.
type Anchor struct {
	Kind AnchorKind `toml:"kind"`
	// Mode is "required": nothing is applied unless the anchor took the checkpoint of the intent; or "best-effort".
	Mode string `toml:"mode"`
	// Path is the file of AnchorFile; of AnchorSyslog its socket, "" for the usual ones.
	Path string `toml:"path" form:"file"`
	// Cluster and Topic are where AnchorKafka appends: a cluster of this file, and a topic that exists.
	Cluster string `toml:"cluster"`
	Topic   string `toml:"topic"`
}

// AnchorKind is what an anchor is.
type AnchorKind string

// The kinds of anchors.
const (
	AnchorFile   AnchorKind = "file"
	AnchorSyslog AnchorKind = "syslog" // syslogd's or journald's socket; can't be read back
	AnchorKafka  AnchorKind = "kafka"
)

// The modes of an anchor.
const (
	AnchorRequired   = "required"
	AnchorBestEffort = "best-effort"
)

// Claims is the claim log of a cluster: a topic in which operators on several hosts claim what they change on it.
type Claims struct {
	Cluster string        `toml:"cluster"` // where the topic is; may be the cluster itself
	Topic   string        `toml:"topic"`   // one partition, message.timestamp.type=LogAppendTime; it must exist
	Lease   time.Duration `toml:"lease"`   // how long a claim holds without renewal, from MinLease to MaxLease
	// BreakGlass allows apply --break-glass --reason R while the claim log can't be reached.
	BreakGlass bool `toml:"break_glass"`
}

// The bounds of Claims.Lease, and what holds where nothing is set.
const (
	MinLease     = 5 * time.Second
	MaxLease     = 10 * time.Minute
	DefaultLease = time.Minute
)
