package config

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
)

var topicName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// anchors checks where the audit log is anchored, and fills in the modes.
func (c *checker) anchors(in []Anchor, clusters map[string]Cluster) {
	seen := map[Anchor]bool{}
	for i := range in {
		at := path{"audit", "anchor", strconv.Itoa(i)}
		a := &in[i]
		switch {
		case !c.given(at.with("mode")):
			a.Mode = AnchorRequired
		case a.Mode != AnchorRequired && a.Mode != AnchorBestEffort:
			c.refuse(at.with("mode"), "want %q or %q, got %q", AnchorRequired, AnchorBestEffort, a.Mode)
		}
		c.anchor(at, *a, clusters)
		place := *a
		place.Mode = ""
		if seen[place] {
			c.refuse(at, "the same anchor stands above already")
		}
		seen[place] = true
	}
}

func (c *checker) anchor(at path, a Anchor, clusters map[string]Cluster) {
	switch a.Kind {
	case AnchorFile:
		if a.Path == "" {
			c.refuse(at, "add path, the file that takes the checkpoints; it is worth something only out of reach of this host")
		}
		c.notFor(at, a.Kind, "cluster", "topic")
	case AnchorSyslog:
		c.notFor(at, a.Kind, "cluster", "topic")
	case AnchorKafka:
		c.notFor(at, a.Kind, "path")
		c.topicOn(at, a.Cluster, a.Topic, clusters)
		if len(clusters) == 1 && clusters[a.Cluster].Brokers != nil {
			c.warn(at.with("cluster"), "%q is the only cluster here: who can change it can change this anchor as well; choose a topic on another cluster", a.Cluster)
		}
	default:
		c.refuse(at.with("kind"), "want %q, %q or %q, got %q", AnchorFile, AnchorSyslog, AnchorKafka, a.Kind)
	}
}

func (c *checker) notFor(at path, kind AnchorKind, keys ...string) {
	for _, key := range keys {
		if c.given(at.with(key)) {
			c.refuse(at.with(key), "an anchor of kind %q has no %s", kind, key)
		}
	}
}

// topicOn checks a topic on a cluster of the file.
func (c *checker) topicOn(at path, cluster, topic string, clusters map[string]Cluster) {
	if _, ok := clusters[cluster]; !ok {
		c.refuse(at.with("cluster"), "no cluster is named %q; %s", cluster, suggest(cluster, slices.Sorted(maps.Keys(clusters))))
	}
	if len(topic) > maxTopic || topic == "." || topic == ".." || !topicName.MatchString(topic) {
		c.refuse(at.with("topic"), "want the name of a topic that exists, got %q", topic)
	}
}

// claims checks the claim log of a cluster.
func (c *checker) claims(at path, in *Claims, clusters map[string]Cluster, anchors []Anchor) {
	c.topicOn(at, in.Cluster, in.Topic, clusters)
	switch {
	case !c.given(at.with("lease")):
		in.Lease = DefaultLease
	case in.Lease < MinLease || in.Lease > MaxLease:
		c.refuse(at.with("lease"), "want from %v to %v", MinLease, MaxLease)
	}
	for _, a := range anchors {
		if a.Kind == AnchorKafka && a.Cluster == in.Cluster && a.Topic == in.Topic {
			c.refuse(at.with("topic"), "topic %s on %s anchors the audit log; claims need a topic of their own", in.Topic, in.Cluster)
		}
	}
}
