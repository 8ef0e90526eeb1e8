package tui

import "weir/lag"

// aimed names what a plan is about, with its kind: group payments, partition orders:3, cluster prod.
func aimed(s *snap, r lag.Ref) string {
	switch r.Kind {
	case lag.KindCluster:
		return r.Kind + " " + s.quoted(r.Cluster)
	case lag.KindPartition:
		return r.Kind + " " + s.quoted(partitionWord(r))
	}
	return r.Kind + " " + s.quoted(r.Name)
}

func partitionWord(r lag.Ref) string { return r.Name + ":" + r.Sub }

// typedTarget is the first word of a target as it is typed after the verb.
func typedTarget(r lag.Ref) string {
	switch r.Kind {
	case lag.KindCluster:
		return "--all"
	case lag.KindPartition:
		return partitionWord(r)
	}
	return r.Name
}
